/** Why a package, bundle or expression was refused. Closed: whoever maps these to HTTP or exit codes can be exhaustive. */
export type WpkErrorCode =
  | 'WPK.MALFORMED' // the bytes are no strict YAML or JSON
  | 'WPK.SCHEMA' // well read, but no valid atom.dev/v1 document
  | 'WPK.EXPRESSION' // a `${{ }}` does not parse, names something unknown, or could not be evaluated
  | 'WPK.ARCHIVE' // the tarball breaks a rule
  | 'WPK.TOO_LARGE' // a limit on size or number was passed
  | 'WPK.UNSUPPORTED'; // valid, but this version of Atom cannot execute it

/** One place that is wrong. `pointer` is a JSON pointer (RFC 6901; '' is the root); line and column count from 1. */
export interface WpkProblem {
  readonly pointer: string;
  readonly detail: string;
  readonly line?: number;
  readonly column?: number;
  /** What to do about it. */
  readonly hint?: string;
}

/** More than anybody reads in one sitting, and a bound on the answer to a hostile document. */
const MAX_PROBLEMS = 50;

/** Longer than any message of ours; what quotes a document could be a megabyte. */
const MAX_TEXT = 1_000;

/**
 * The only error that this library throws, next to SignatureError. The message is the first problem in one line. Details and hints
 * quote hostile documents, yet hold no control characters and at most 1,000 characters.
 */
export class WpkError extends Error {
  override readonly name = 'WpkError';
  /** At most 50. */
  readonly problems: readonly WpkProblem[];

  constructor(
    readonly code: WpkErrorCode,
    problems: readonly WpkProblem[],
    options?: ErrorOptions,
  ) {
    const shown = problems.slice(0, MAX_PROBLEMS).map(printable);
    super(summarise(shown, problems.length), options);
    this.problems = shown;
  }

  /** One problem of the document as a whole. */
  static of(code: WpkErrorCode, detail: string, place: Partial<Omit<WpkProblem, 'detail'>> = {}): WpkError {
    return new WpkError(code, [{ pointer: '', ...place, detail }]);
  }
}

function printable(problem: WpkProblem): WpkProblem {
  const { detail, hint } = problem;
  return { ...problem, detail: clean(detail), ...(hint === undefined ? {} : { hint: clean(hint) }) };
}

function clean(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
  return short.replace(/\p{Cc}+/gu, ' ').toWellFormed();
}

function summarise([first]: readonly WpkProblem[], count: number): string {
  if (!first) return 'The package was refused.';
  const where = first.line === undefined ? '' : `Line ${first.line}: `;
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  return `${where}${first.detail}${more}`;
}
