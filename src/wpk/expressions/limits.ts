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
} as const;
