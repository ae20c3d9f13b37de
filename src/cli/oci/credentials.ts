import { CliError } from '../cli.errors.js';
import type { Environment } from '../settings.js';
import { askCredentialHelper } from './credential.helper.js';
import type { Credentials } from './credentials.types.js';
import { type DockerConfig, entryOf, readDockerConfig } from './docker.config.js';
import { isDockerHub } from './reference.js';

/**
 * The credentials for exactly this registry: ATOM_OCI_USERNAME and ATOM_OCI_PASSWORD, else what `docker login` (or oras,
 * crane, podman with DOCKER_CONFIG) keeps: a helper of the registry, the helper for all, the file itself.
 */
export async function findCredentials(
  registry: string,
  env: Environment,
  timeoutMs: number,
): Promise<Credentials | undefined> {
  const fromEnvironment = credentialsIn(env);
  if (fromEnvironment) return fromEnvironment;
  const config = await readDockerConfig(env);
  if (!config) return undefined;
  const helper = helperOf(config, registry);
  if (helper !== undefined) {
    const found = await askCredentialHelper(helper, serverAddress(registry), env, timeoutMs);
    if (found) return found;
  }
  return entryOf(config, registry);
}

function credentialsIn(env: Environment): Credentials | undefined {
  const username = env['ATOM_OCI_USERNAME'];
  const password = env['ATOM_OCI_PASSWORD'];
  if (!username && !password) return undefined;
  if (!username || !password) {
    throw new CliError(
      'CLI.USAGE',
      'ATOM_OCI_USERNAME and ATOM_OCI_PASSWORD are needed together; one of them is not set',
    );
  }
  // RFC 7617, section 2: what stands before the first colon is the name.
  if (username.includes(':')) throw new CliError('CLI.USAGE', 'ATOM_OCI_USERNAME must not hold a colon');
  return { kind: 'password', username, password };
}

function helperOf({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined {
  return credHelpers.get(serverAddress(registry)) ?? credHelpers.get(registry) ?? credsStore;
}

/** Docker keeps those of Docker Hub under an address of its first days. */
function serverAddress(registry: string): string {
  return isDockerHub(registry) ? 'https://index.docker.io/v1/' : registry;
}
