import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';

/** A wrong place in a package, as the package library reports it. */
export interface PackageProblem {
  readonly pointer: string;
  readonly detail: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

/** The document in which lines and columns count. */
export interface ProblemSource {
  readonly label: string;
  /** Undefined when the document could not be read on its own. */
  readonly text: string | undefined;
}

const widest = 120;
const beforeCaret = 60;

/** `file:line:column: detail` as editors and CI systems understand it, then the line itself and what to do. */
export function renderProblems(problems: readonly PackageProblem[], source: ProblemSource, paint: Paint): string {
  const lines = source.text?.split(/\r\n|\n|\r/) ?? [];
  return problems.map((problem) => renderProblem(problem, source.label, lines, paint)).join('\n');
}

function renderProblem(problem: PackageProblem, label: string, lines: readonly string[], paint: Paint): string {
  const { line, column, detail, hint, pointer } = problem;
  const place = [label, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
  const where = line === undefined && pointer !== '' ? ` (at ${pointer})` : '';
  const shown = line === undefined ? undefined : lines[line - 1];
  return [
    `${paint.text('bold', `${escapeLine(place)}:`)} ${escapeLine(detail + where)}`,
    ...(line === undefined || shown === undefined ? [] : excerpt(shown, line, column, paint)),
    ...(hint === undefined ? [] : [`  ${paint.text('cyan', 'hint:')} ${escapeLine(hint)}`]),
  ].join('\n');
}

/** The line with its number, cut around the column when it is long, and a caret under the column. */
function excerpt(text: string, line: number, column: number | undefined, paint: Paint): string[] {
  const at = Math.max(0, (column ?? 1) - 1);
  const from = text.length > widest ? Math.max(0, at - beforeCaret) : 0;
  const head = escapeLine(text.slice(from, Math.max(from, at)).replaceAll('\t', ' '));
  const tail = escapeLine(text.slice(Math.max(from, at), from + widest).replaceAll('\t', ' '));
  const gutter = String(line).padStart(5);
  return [
    `${paint.text('dim', `${gutter} |`)} ${head}${tail}`,
    ...(column === undefined
      ? []
      : [`${paint.text('dim', `${' '.repeat(gutter.length)} |`)} ${' '.repeat(head.length)}${paint.text('red', '^')}`]),
  ];
}
