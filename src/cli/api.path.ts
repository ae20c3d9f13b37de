import { CliError } from './cli.errors.js';

/** A name that the person gave, as one segment of a path. */
export function pathSegment(name: string): string {
  // Dots alone lead to another place, and percent-encoding does not change that (WHATWG URL, "double-dot path segment").
  if (/^\.{0,2}$/.test(name)) throw new CliError('CLI.USAGE', `'${name}' is not a name`);
  return encodeURIComponent(name);
}
