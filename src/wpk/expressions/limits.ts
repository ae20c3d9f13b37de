/** Bounds of one expression. A package is signed, but a signature is no proof that the author can count. */
export const EXPRESSION_LIMITS = {
  sourceLength: 16 * 1024,
  astNodes: 1_000,
  depth: 64,
  literalMembers: 1_000,
  callArguments: 16,
  /** all, exists, exists_one, filter and map inside each other. */
  comprehensionNesting: 3,
  /** Work of one evaluation, in steps; see {@link WorkMeter}. */
  work: 2_000_000,
  /** Characters of the result as JSON. */
  resultLength: 1024 * 1024,
  patternLength: 1_024,
  /** Instructions of the patterns that are written out in one expression, and of one that is put together; see {@link patternSize}. */
  patternSize: 5_000,
} as const;

/** Bounds of all expressions of a package: a runbook has hundreds. */
export const PACKAGE_EXPRESSION_LIMITS = { count: 2_000, length: 128 * 1024, patternSize: 20_000 } as const;
