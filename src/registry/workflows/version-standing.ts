import { RegistryError } from '../registry.error.js';
import type { VersionStanding } from './version-state.js';

type Standing = VersionStanding & { readonly name: string; readonly version: string };

/** Throws unless what was accepted may go on. */
export function requireRunnable(seen: Standing): void {
  const { state } = seen;
  if (state === 'revoked') {
    throw new RegistryError('version-revoked', `${sentence(seen, 'revoked')} Nothing of it runs; use another version.`);
  }
  if (state === 'deleted') throw deleted(seen);
}

/** Throws unless a new run may start. */
export function requireStartable(seen: Standing): void {
  requireRunnable(seen);
  if (seen.state !== 'yanked' || seen.override) return;
  const advice = 'No new run of it starts; use another version, or have an admin override it.';
  throw new RegistryError('version-yanked', `${sentence(seen, 'yanked')} ${advice}`);
}

/** Throws for a version that is not there any more. */
export function requireKept(seen: Standing): void {
  if (seen.state === 'deleted') throw deleted(seen);
}

function deleted(seen: Standing): RegistryError {
  return new RegistryError('version-deleted', `${sentence(seen, 'deleted')} The same bytes may be registered again.`);
}

function sentence({ name, version, stateReason, stateBy }: Standing, verb: string): string {
  const by = stateBy === null ? '' : ` by ${stateBy}`;
  return `${name}@${version} was ${verb}${by}${stateReason === null ? '' : ` (${stateReason})`}.`;
}
