import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Atom, TOKEN } from '../e2e/atom.js';
import { LocalSigstore } from '../interop/local-sigstore.js';
import type { RegistryProcess } from '../oci/registry.process.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { VaultServer } from '../vault/vault.server.js';
import type { DocumentService } from './document.runner.js';

type Settings = Readonly<Record<string, string>>;

/** `<!-- start: atom NAME=value … -->`: the built api on a database of the document. Settings are its environment. */
export class AtomService implements DocumentService {
  private database: TestDatabase | undefined;
  private atom: Atom | undefined;

  async start(folder: string, settings: Settings): Promise<Settings> {
    const given = Object.entries(settings).map(([name, value]) => [name, inFolder(folder, name, value)] as const);
    // Nobody but whom the document names is trusted.
    const env = { COSIGN_PUBLIC_KEY: '', ...Object.fromEntries(given) };
    await this.atom?.stop();
    this.database ??= await createDatabase();
    this.atom = await Atom.start({ queue: 'postgres', databaseUrl: this.database.url, manifests: '', env });
    return { ATOM_URL: this.atom.url, ATOM_TOKEN: TOKEN };
  }

  async stop(): Promise<void> {
    await this.atom?.stop();
    await this.database?.drop();
  }
}

/**
 * `<!-- start: sigstore IDENTITY=… ISSUER=… -->`: a Sigstore on this machine, its public keys as files, and the token that a
 * CI system would give to this identity as token.jwt.
 */
export class SigstoreService implements DocumentService {
  private sigstore: LocalSigstore | undefined;

  async start(folder: string, { IDENTITY = '', ISSUER = '' }: Settings): Promise<Settings> {
    this.sigstore ??= await LocalSigstore.start();
    await this.sigstore.writeTrust(folder);
    await writeFile(path.join(folder, 'token.jwt'), this.sigstore.token(IDENTITY, ISSUER));
    return { SIGSTORE_URL: this.sigstore.url };
  }

  async stop(): Promise<void> {
    await this.sigstore?.close();
  }
}

/** `<!-- start: vault -->`: a Vault, whose operator has its address and root token in the environment. */
export class VaultService implements DocumentService {
  private vault: VaultServer | undefined;

  constructor(private readonly program: string) {}

  async start(): Promise<Settings> {
    this.vault ??= await VaultServer.start(this.program);
    return { VAULT_ADDR: this.vault.address, VAULT_TOKEN: this.vault.rootToken };
  }

  async stop(): Promise<void> {
    await this.vault?.stop();
  }
}

/** `<!-- start: registry -->`: a registry of images, whose address is in REGISTRY. */
export class RegistryService implements DocumentService {
  private registry: RegistryProcess | undefined;

  constructor(private readonly open: () => Promise<RegistryProcess>) {}

  async start(): Promise<Settings> {
    this.registry ??= await this.open();
    return { REGISTRY: this.registry.host };
  }

  async stop(): Promise<void> {
    await this.registry?.stop();
  }
}

/** A server reads files from where it runs, a document names them from where its reader is. */
function inFolder(folder: string, name: string, value: string): string {
  return /_(PATH|FILE)$/.test(name) ? path.resolve(folder, value) : value;
}
