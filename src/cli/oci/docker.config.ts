import { homedir } from 'node:os';
import { join } from 'node:path';

import { CliError } from '../cli.errors.js';
import { readTextIfPresent } from '../local.files.js';
import type { Environment } from '../settings.js';
import type { Credentials } from './credentials.types.js';
import { isObject } from './descriptor.js';
import { isDockerHub } from './reference.js';

/** The part of Docker's config.json that is about credentials. */
export interface DockerConfig {
  readonly path: string;
  /** Credentials by address, as Docker wrote them. */
  readonly auths: ReadonlyMap<string, unknown>;
  /** Names of helpers by address. */
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly credsStore: string | undefined;
}

export async function readDockerConfig(env: Environment): Promise<DockerConfig | undefined> {
  const folder = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');
  const path = join(folder, 'config.json');
  const text = await readTextIfPresent(path);
  if (text === undefined) return undefined;
  const value = parse(text);
  // The file holds secrets, so no part of it is repeated.
  if (!isObject(value)) throw new CliError('CLI.FILE', `${path} is not a JSON object`);
  const { auths, credHelpers, credsStore } = value;
  return {
    path,
    auths: new Map(isObject(auths) ? Object.entries(auths) : []),
    credHelpers: new Map(textEntries(credHelpers)),
    credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
  };
}

/** The entry of exactly this registry; a part of a name is no match, or the secret would go to a stranger. */
export function entryOf({ auths, path }: DockerConfig, registry: string): Credentials | undefined {
  for (const [address, entry] of auths) {
    if (!isObject(entry) || !isSameRegistry(address, registry)) continue;
    const found = credentialsOf(entry, path);
    if (found) return found;
  }
  return undefined;
}

function isSameRegistry(address: string, registry: string): boolean {
  const written = address.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
  return written === registry || (isDockerHub(written) && isDockerHub(registry));
}

function credentialsOf(entry: Readonly<Record<string, unknown>>, path: string): Credentials | undefined {
  const { auth, identitytoken, username, password } = entry;
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    return { kind: 'identity-token', token: identitytoken };
  }
  if (typeof username === 'string' && username !== '' && typeof password === 'string') {
    return { kind: 'password', username, password };
  }
  if (typeof auth !== 'string' || auth === '') return undefined;
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = text.indexOf(':');
  if (colon < 1) {
    const hints = ['Log in again, for example with `docker login` or `oras login`.'];
    throw new CliError('CLI.FILE', `${path} holds an entry for this registry that cannot be read`, { hints });
  }
  return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function textEntries(value: unknown): readonly (readonly [string, string])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
