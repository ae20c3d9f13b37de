import { sha256 } from '../wpk/index.js';

/** The identity of a package: `sha256:<hex>` of its bytes, as the registry and `sha256sum` give it. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${sha256(bytes).toString('hex')}`;
}
