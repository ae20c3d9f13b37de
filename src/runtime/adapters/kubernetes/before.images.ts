import type { BeforeImage } from '../adapter.js';

const LIMIT = 1000;

/**
 * What steps were about to overwrite. When an attempt loses the answer to its write, the next one finds the object already
 * changed; only this memory can then say what it was like before.
 */
export class BeforeImages {
  private readonly images = new Map<string, BeforeImage>();

  remember(effectKey: string, image: BeforeImage): void {
    this.images.delete(effectKey);
    this.images.set(effectKey, image);
    const [oldest] = this.images.keys();
    if (this.images.size > LIMIT && oldest !== undefined) this.images.delete(oldest);
  }

  forget(effectKey: string): void {
    this.images.delete(effectKey);
  }

  find(effectKey: string): BeforeImage | undefined {
    return this.images.get(effectKey);
  }
}
