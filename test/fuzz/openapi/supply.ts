import type { Random } from '../mutations.js';
import type { Body } from './draft.js';

/** Bodies that no schema can describe, by operation. */
export class Supply {
  constructor(private readonly bodies: Readonly<Record<string, (random: Random) => Body>>) {}

  body(operationId: string, random: Random): Body | undefined {
    return this.bodies[operationId]?.(random);
  }
}
