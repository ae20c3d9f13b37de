import type { SignatureInput } from '../../wpk/index.js';

/** What POST /v1/workflows brings: bytes and the claim that somebody signed them. */
export interface Upload {
  readonly package: Buffer;
  /** At least one, unless `allowUnsigned` was asked for. */
  readonly signatures: readonly SignatureInput[];
}

/** The parts that are read, and the bytes that each may have. */
export const PART_LIMITS = { package: 20 * 1024 * 1024, bundle: 1024 * 1024, signature: 16 * 1024 } as const;

/** Of all kinds together. */
export const MAX_SIGNATURES = 10;

export type PartName = keyof typeof PART_LIMITS;

export function isPartName(name: unknown): name is PartName {
  return typeof name === 'string' && Object.hasOwn(PART_LIMITS, name);
}
