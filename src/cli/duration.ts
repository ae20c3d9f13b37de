import { CliError } from './cli.errors.js';

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

// setTimeout counts in 32 bits; a longer time would fire at once.
const longestMs = 2 ** 31 - 1;

/** `500ms`, `30s`, `2m`, `1h`, or a plain number of seconds, as milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text);
  const unit = (match?.[2] ?? 's') as keyof typeof unitsMs;
  const milliseconds = Math.round(Number(match?.[1] ?? 0) * unitsMs[unit]);
  if (milliseconds < 1 || milliseconds > longestMs) {
    throw new CliError('CLI.USAGE', `'${text}' is not a duration`, { hints: ['Write it as 500ms, 30s, 2m or 1h.'] });
  }
  return milliseconds;
}
