const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

const DURATION = /^(?:\d{1,9}(?:ms|s|m|h)){1,4}$/;

/** Milliseconds of a duration text as Go and Kubernetes write it (`500ms`, `30s`, `1h30m`), or undefined when it is none. */
export function parseDurationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|s|m|h)/g)) {
    total += Number(digits) * (UNIT_MS.get(unit ?? '') ?? 0);
  }
  return total;
}
