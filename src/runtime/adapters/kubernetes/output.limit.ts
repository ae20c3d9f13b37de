import { StepError } from '../step.error.js';

/** Bytes of JSON or text that one reading step hands on. */
export const OUTPUT_LIMIT = 256 * 1024;

export function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** `advice` says how to ask for less. */
export function tooLarge(what: string, advice: string): StepError {
  return new StepError('STEP.REJECTED', `${what} is larger than ${OUTPUT_LIMIT / 1024} KiB. ${advice}`);
}
