/** Bounds of a document, checked before anything looks at its meaning. */
export const LIMITS = {
  yamlBytes: 1024 * 1024,
  jsonBytes: 1024 * 1024,
  depth: 64,
  /** Values; in YAML keys too. */
  nodes: 20_000,
  /** Lexical units of YAML, ten for each node: marks, blanks and line ends count too. They cost the time, not the bytes. */
  lexemes: 200_000,
  keyLength: 256,
  scalarBytes: 256 * 1024,
} as const;

/** Member names that mean something to JavaScript itself. */
export const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
