import { Logger } from '@nestjs/common';

import type { VaultClient } from '../../platform/vault/vault.client.js';
import { VaultError, type VaultErrorCode } from '../../platform/vault/vault.error.js';
import { at } from '../../platform/vault/vault.json.js';
import { loadPublicKey, sha256, SignatureError, toBareSignature, verifySignature } from '../../wpk/index.js';
import { RegistryError, type RegistryErrorCode } from '../registry.error.js';
import { type PackageSignature, PackageSigner } from './package-signer.js';

export interface TransitKey {
  /** Where the transit engine is mounted, without a slash at the end. */
  readonly mount: string;
  readonly name: string;
}

const KEY_TYPE = 'ecdsa-p256';
const SIGNATURE = /^vault:v(?<version>[1-9]\d{0,8}):(?<base64>[A-Za-z0-9+/]+={0,2})$/;

type PublicKeys = ReadonlyMap<number, string>;

/**
 * The transit engine of Vault or OpenBao. With `marshaling_algorithm` asn1 its signature is cosign's own, under a prefix
 * that names the version of the key. A key can be rotated at any moment, so its public half is looked up each time.
 */
export class VaultPackageSigner extends PackageSigner {
  private readonly logger = new Logger(VaultPackageSigner.name);

  constructor(
    private readonly vault: VaultClient,
    private readonly key: TransitKey,
  ) {
    super();
  }

  async sign(bytes: Uint8Array): Promise<PackageSignature> {
    try {
      // First the key: one of another type would sign as well, or refuse with words about its type only.
      const known = await this.publicKeys();
      const { signature, keyVersion } = await this.signed(bytes);
      const publicKeyPem = known.get(keyVersion) ?? (await this.publicKeys()).get(keyVersion);
      if (publicKeyPem === undefined) throw this.unusable(`version ${keyVersion} of its key has no public half`);
      return { signature, publicKeyPem, keyId: this.verified(bytes, signature, publicKeyPem), keyVersion };
    } catch (cause) {
      if (!(cause instanceof VaultError)) throw cause;
      this.logger.warn(`A package was not signed. ${cause.message}`);
      throw new RegistryError(codeOf(cause.code), this.adviceFor(cause.code), { cause });
    }
  }

  private async publicKeys(): Promise<PublicKeys> {
    const { mount, name } = this.key;
    const data = at(await this.vault.request('GET', `${mount}/keys/${name}`), 'data');
    const type = at(data, 'type');
    if (type !== KEY_TYPE) {
      throw new RegistryError(
        'signing-not-configured',
        `The key ${name} in Vault is of the type ${typeof type === 'string' ? type : 'unknown'}, and packages are signed with ${KEY_TYPE}. Set VAULT_TRANSIT_KEY to a key of that type: ${this.make()}`,
      );
    }
    const versions = Object.entries(at(data, 'keys') ?? {}).map(([version, key]) => [version, at(key, 'public_key')]);
    return new Map(
      versions.filter(isText).map(([version, pem]): [number, string] => [Number(version), `${pem.trim()}\n`]),
    );
  }

  private async signed(bytes: Uint8Array): Promise<Pick<PackageSignature, 'signature' | 'keyVersion'>> {
    const { mount, name } = this.key;
    const body = {
      input: sha256(bytes).toString('base64'),
      prehashed: true,
      marshaling_algorithm: 'asn1',
    };
    const answer = await this.vault.request('POST', `${mount}/sign/${name}/sha2-256`, body);
    const text = at(answer, 'data', 'signature');
    const parts = typeof text === 'string' ? SIGNATURE.exec(text)?.groups : undefined;
    if (parts === undefined) throw this.unusable('its answer holds no signature');
    return { signature: Buffer.from(parts['base64'] ?? '', 'base64'), keyVersion: Number(parts['version']) };
  }

  /** Through the code that judges it at the upload. Returns the id of the key. */
  private verified(bytes: Uint8Array, signature: Buffer, publicKeyPem: string): string {
    try {
      const key = loadPublicKey(publicKeyPem);
      verifySignature(bytes, { kind: 'signature', text: toBareSignature(signature) }, { keys: [key] });
      return key.id;
    } catch (cause) {
      if (!(cause instanceof SignatureError)) throw cause;
      throw this.unusable('its signature does not verify under its public key', cause);
    }
  }

  private unusable(why: string, cause?: unknown): RegistryError {
    const message = `Vault did not sign: ${why}. Nothing was stored. Check that VAULT_ADDR is Vault or OpenBao, and try again.`;
    return new RegistryError('signing-unavailable', message, { cause });
  }

  private adviceFor(code: VaultErrorCode): string {
    const { mount, name } = this.key;
    switch (code) {
      case 'VAULT.SEALED':
        return 'Vault, which keeps the key, is sealed. Let its operator unseal it, then try again.';
      case 'VAULT.UNREACHABLE':
      case 'VAULT.UNAVAILABLE':
      case 'VAULT.MALFORMED':
        return 'Vault, which keeps the key, does not answer as it should. Try again; if it stays, check VAULT_ADDR and Vault.';
      case 'VAULT.LOGIN_FAILED':
        return 'Atom cannot log in to Vault. Check VAULT_TOKEN, VAULT_ROLE_ID or VAULT_KUBERNETES_ROLE, with what belongs to it; the log has the reason.';
      case 'VAULT.FORBIDDEN':
        return `Atom may not use the key in Vault. Its policy needs update on ${mount}/sign/${name}/sha2-256 and read on ${mount}/keys/${name} (VAULT_TRANSIT_MOUNT, VAULT_TRANSIT_KEY).`;
      case 'VAULT.NOT_FOUND':
        return `Vault has no key ${name} at ${mount}. Check VAULT_TRANSIT_MOUNT and VAULT_TRANSIT_KEY, or make it: ${this.make()}`;
      case 'VAULT.REFUSED':
        return `Vault refuses to sign with the key ${name} at ${mount}. Check VAULT_TRANSIT_MOUNT and VAULT_TRANSIT_KEY; the log has the reason.`;
    }
  }

  private make(): string {
    return `vault write -f ${this.key.mount}/keys/${this.key.name} type=${KEY_TYPE}`;
  }
}

function isText(entry: readonly unknown[]): entry is [string, string] {
  return entry.every((part) => typeof part === 'string');
}

function codeOf(code: VaultErrorCode): RegistryErrorCode {
  switch (code) {
    case 'VAULT.UNREACHABLE':
    case 'VAULT.UNAVAILABLE':
    case 'VAULT.SEALED':
    case 'VAULT.MALFORMED':
      return 'signing-unavailable';
    case 'VAULT.LOGIN_FAILED':
    case 'VAULT.FORBIDDEN':
    case 'VAULT.NOT_FOUND':
    case 'VAULT.REFUSED':
      return 'signing-not-configured';
  }
}
