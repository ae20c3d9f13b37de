/** Bounds of `spec.inputs` as a whole. A runbook has tens of inputs; a hostile schema is decided before any signature is. */
export const INPUT_LIMITS = {
  /** Schemas: one for each input, for each member of an object, for the items of a list. */
  schemas: 300,
  patternLength: 1_024,
  /** Instructions of all patterns that differ, see {@link patternSize}; a DNS name costs 200. */
  patternSize: 20_000,
  /** Instructions times characters of one check of values: a second has about fifteen million. */
  matching: 5_000_000,
} as const;
