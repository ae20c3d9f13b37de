import { readFileSync } from 'node:fs';

import { type Config, ConfigError, type Environment } from '../config/config.js';

/** A file is read again at each login: tokens that are mounted into a pod rotate. */
export type Credential = { readonly text: string } | { readonly file: string };

export type VaultAuth =
  /** An address alone is no mistake yet: nothing of Vault may be needed. */
  | { readonly method: 'none' }
  | { readonly method: 'token'; readonly token: Credential }
  | { readonly method: 'approle'; readonly mount: string; readonly roleId: string; readonly secretId: Credential }
  | { readonly method: 'kubernetes'; readonly mount: string; readonly role: string; readonly jwt: Credential };

export interface VaultSettings {
  /** Without a slash at the end; may have a path, as behind a gateway. */
  readonly address: string;
  readonly namespace?: string;
  /** PEM text. */
  readonly ca?: string;
  readonly auth: VaultAuth;
}

/** Undefined without VAULT_ADDR. Throws ConfigError for settings that contradict each other or are not complete. */
export function vaultSettings(config: Config): VaultSettings | undefined {
  const { VAULT_ADDR: address, VAULT_NAMESPACE: namespace, VAULT_CACERT: caFile } = config;
  if (address === undefined) return undefined;
  return {
    address: address.replace(/\/+$/, ''),
    ...(namespace !== undefined && { namespace: withoutSlash(namespace) }),
    ...(caFile !== undefined && { ca: readCa(caFile) }),
    auth: authOf(config),
  };
}

/** `vault secrets list` shows mounts with a slash at the end. */
export function withoutSlash(mount: string): string {
  return mount.replace(/\/$/, '');
}

function authOf(config: Config): VaultAuth {
  const ways = (['VAULT_TOKEN', 'VAULT_TOKEN_FILE', 'VAULT_ROLE_ID', 'VAULT_KUBERNETES_ROLE'] as const).filter(
    (name) => config[name] !== undefined,
  );
  const [way] = ways;
  if (way === undefined) return { method: 'none' };
  if (ways.length > 1) {
    throw new ConfigError(`${ways.join(' and ')} are set, and each is a way to log in to Vault: leave exactly one.`);
  }
  const value = config[way] ?? '';
  const mountOr = (usual: string) => withoutSlash(config.VAULT_AUTH_MOUNT ?? usual);
  switch (way) {
    case 'VAULT_TOKEN':
      return { method: 'token', token: { text: value } };
    case 'VAULT_TOKEN_FILE':
      return { method: 'token', token: { file: value } };
    case 'VAULT_ROLE_ID':
      return { method: 'approle', mount: mountOr('approle'), roleId: value, secretId: secretIdOf(config) };
    case 'VAULT_KUBERNETES_ROLE': {
      const jwt = { file: config.VAULT_KUBERNETES_TOKEN_FILE };
      return { method: 'kubernetes', mount: mountOr('kubernetes'), role: value, jwt };
    }
  }
}

function secretIdOf({ VAULT_SECRET_ID: text, VAULT_SECRET_ID_FILE: file }: Environment): Credential {
  if (text !== undefined && file === undefined) return { text };
  if (file !== undefined && text === undefined) return { file };
  throw new ConfigError(
    'VAULT_ROLE_ID goes with VAULT_SECRET_ID or VAULT_SECRET_ID_FILE: set exactly one of these two.',
  );
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`VAULT_CACERT: the file ${file} cannot be read.`, { cause });
  }
}
