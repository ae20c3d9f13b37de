import type { CommandContext } from '../context.js';
import { type OciReference } from './reference.js';
import { RegistryClient } from './registry.client.js';
import { isLoopback, RegistryConnection } from './registry.connection.js';

/** The repository of the reference, with the settings and the credentials of the person. */
export function connect(
  { settings, env, output }: CommandContext,
  reference: OciReference,
  plainHttp: boolean | undefined,
): RegistryClient {
  const { registry } = reference;
  if (plainHttp && !isLoopback(registry)) {
    output.warn(`everything goes to ${registry} unencrypted, a password too; leave --plain-http out where you can`);
  }
  return new RegistryClient(new RegistryConnection(reference, { env, timeoutMs: settings.timeoutMs, plainHttp }));
}
