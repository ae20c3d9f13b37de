import { readFile } from 'node:fs/promises';

import { VaultError } from './vault.error.js';
import { at, type JsonObject } from './vault.json.js';
import type { VaultRequest } from './vault.request.js';
import type { Credential, VaultAuth } from './vault.settings.js';

/** A token, and how long it lives from now. */
export interface Lease {
  readonly token: string;
  /** 0: without end. */
  readonly seconds: number;
  readonly renewable: boolean;
}

type Send = (request: VaultRequest) => Promise<JsonObject>;

/** Vault refused what it was given; what passes by itself is told apart, and tried again. */
const REFUSALS = new Set(['VAULT.FORBIDDEN', 'VAULT.NOT_FOUND', 'VAULT.REFUSED']);

/** The ways to a token. A token that was given is looked up, to know whether it is good and when it ends. */
export class VaultLogin {
  constructor(
    private readonly auth: VaultAuth,
    private readonly send: Send,
  ) {}

  /** @throws VaultError VAULT.LOGIN_FAILED when what Atom logs in with cannot be read or is refused */
  async login(): Promise<Lease> {
    try {
      return await this.attempt();
    } catch (cause) {
      if (!(cause instanceof VaultError) || !REFUSALS.has(cause.code)) throw cause;
      throw new VaultError('VAULT.LOGIN_FAILED', `${this.advice()} ${cause.message}`, { cause });
    }
  }

  /** Asks for as long as the lease had; Vault may give less. */
  async renew({ token, seconds }: Lease): Promise<Lease> {
    const body = { increment: `${seconds}s` };
    const path = 'auth/token/renew-self';
    return leaseOf(at(await this.send({ method: 'POST', path, body, token }), 'auth'), path);
  }

  private async attempt(): Promise<Lease> {
    const { auth } = this;
    switch (auth.method) {
      case 'none':
        throw new VaultError('VAULT.LOGIN_FAILED', this.advice());
      case 'token': {
        const token = asToken(await read(auth.token), 'VAULT_TOKEN or VAULT_TOKEN_FILE');
        const path = 'auth/token/lookup-self';
        const data = at(await this.send({ method: 'GET', path, token }), 'data');
        return leaseOf(
          { client_token: token, lease_duration: at(data, 'ttl'), renewable: at(data, 'renewable') },
          path,
        );
      }
      case 'approle':
        return this.exchange(auth.mount, { role_id: auth.roleId, secret_id: await read(auth.secretId) });
      case 'kubernetes':
        return this.exchange(auth.mount, { role: auth.role, jwt: await read(auth.jwt) });
    }
  }

  private async exchange(mount: string, body: JsonObject): Promise<Lease> {
    const path = `auth/${mount}/login`;
    return leaseOf(at(await this.send({ method: 'POST', path, body }), 'auth'), path);
  }

  private advice(): string {
    switch (this.auth.method) {
      case 'none':
        return 'VAULT_ADDR is set and no way to log in: set VAULT_TOKEN, VAULT_TOKEN_FILE, VAULT_ROLE_ID or VAULT_KUBERNETES_ROLE.';
      case 'token':
        return 'Vault does not take the token of VAULT_TOKEN or VAULT_TOKEN_FILE: it has expired, was revoked, or may not look itself up; give another.';
      case 'approle':
        return 'Vault does not take VAULT_ROLE_ID with its secret id: check both, and VAULT_AUTH_MOUNT; a secret id may have expired or be used up.';
      case 'kubernetes':
        return 'Vault does not take the token of this pod for VAULT_KUBERNETES_ROLE: check the role, its bound service accounts, and VAULT_AUTH_MOUNT.';
    }
  }
}

async function read(credential: Credential): Promise<string> {
  if ('text' in credential) return credential.text.trim();
  try {
    return (await readFile(credential.file, 'utf8')).trim();
  } catch (cause) {
    const message = `The file ${credential.file}, with which Atom logs in to Vault, cannot be read: mount it, and let Atom's user read it.`;
    throw new VaultError('VAULT.LOGIN_FAILED', message, { cause });
  }
}

function leaseOf(auth: unknown, path: string): Lease {
  const seconds = at(auth, 'lease_duration');
  if (typeof seconds !== 'number' || !(seconds >= 0)) throw noToken(`The answer to ${path}`);
  return { token: asToken(at(auth, 'client_token'), path), seconds, renewable: at(auth, 'renewable') === true };
}

/** Whatever goes into a header is looked at first: a library's complaint about a header might repeat it. */
function asToken(value: unknown, where: string): string {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,16384}$/.test(value)) return value;
  throw noToken(where);
}

function noToken(where: string): VaultError {
  return new VaultError('VAULT.LOGIN_FAILED', `${where} holds no token of Vault: check VAULT_ADDR and the login.`);
}
