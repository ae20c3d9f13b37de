import { VaultError } from './vault.error.js';

const SEGMENT = /^[\w.~@:+=%-]+$/;

/** A path below `/v1/`. It may not lead elsewhere: a URL drops the segments `.` and `..`, escaped or not. */
export function checkPath(path: string): void {
  if (path.split('/').every(isSegment) && !path.endsWith('.')) return;
  throw new VaultError(
    'VAULT.REFUSED',
    `${JSON.stringify(path.slice(0, 200))} is not a path of Vault: names between single slashes, no "." or "..", no query.`,
  );
}

function isSegment(segment: string): boolean {
  if (!SEGMENT.test(segment)) return false;
  try {
    return !/^\.{1,2}$|[/\\\p{Cc}]/u.test(decodeURIComponent(segment));
  } catch {
    return false; // a broken escape
  }
}
