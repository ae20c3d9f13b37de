import type { Problem, ProblemItem } from './api.types.js';
import { CliError, type ExitCode, exitCodes, messageOf } from './cli.errors.js';
import { escapeLine, escapeText } from './output/escape.js';
import type { Paint } from './output/paint.js';

/** What stderr says about a failure: the message, the server's own words, and what to do next. */
export function reportFailure(thrown: unknown, paint: Paint): string {
  const lines = [`${paint.text('red', 'error:')} ${escapeText(messageOf(thrown))}`];
  if (thrown instanceof CliError) {
    if (thrown.problem) lines.push(...problemLines(thrown.problem).map((line) => `  ${line}`));
    lines.push(...thrown.hints.map((hint) => `${paint.text('cyan', 'next:')} ${escapeText(hint)}`));
  }
  return lines.join('\n');
}

/** Errors of the package library say a code and a message and are refusals; anything else is a defect of ours, still exit 1. */
export function exitCodeOf(thrown: unknown): ExitCode {
  return thrown instanceof CliError ? thrown.exitCode : exitCodes.failed;
}

function problemLines({ detail, errors = [], requestId }: Problem): string[] {
  return [
    ...(detail ? escapeText(detail).split('\n') : []),
    ...errors.map((item) => `- ${escapeLine(placeOf(item))}${escapeLine(item.detail)}`),
    ...(requestId ? [`request id: ${escapeLine(requestId)}`] : []),
  ];
}

function placeOf({ pointer, line, column }: ProblemItem): string {
  const at = line === undefined ? '' : `line ${line}${column === undefined ? '' : `:${column}`}`;
  const place = [pointer, at && pointer ? `(${at})` : at].filter(Boolean).join(' ');
  return place && `${place}: `;
}
