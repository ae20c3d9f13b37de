import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Atom, TOKEN } from '../e2e/atom.js';
import { LocalSigstore } from '../interop/local-sigstore.js';
import type { DocumentParts, DocumentService } from './document.runner.js';

type Settings = Readonly<Record<string, string>>;

/** `<!-- start: atom NAME=value … -->`: the built api on a database of its own. Settings are its environment. */
class AtomService implements DocumentService {
  private atom: Atom | undefined;

  async start(folder: string, settings: Settings): Promise<Settings> {
    const given = Object.entries(settings).map(([name, value]) => [name, inFolder(folder, name, value)] as const);
    // Nobody but whom the document names is trusted.
    const env = { COSIGN_PUBLIC_KEY: '', ...Object.fromEntries(given) };
    this.atom = await Atom.start({ queue: 'postgres', manifests: '', env });
    return { ATOM_URL: this.atom.url, ATOM_TOKEN: TOKEN };
  }

  async stop(): Promise<void> {
    await this.atom?.stop();
  }
}

/**
 * `<!-- start: sigstore IDENTITY=… ISSUER=… -->`: a Sigstore on this machine, its public keys as files, and the token that a
 * CI system would give to this identity as token.jwt.
 */
class SigstoreService implements DocumentService {
  private sigstore: LocalSigstore | undefined;

  async start(folder: string, { IDENTITY = '', ISSUER = '' }: Settings): Promise<Settings> {
    this.sigstore = await LocalSigstore.start();
    await this.sigstore.writeTrust(folder);
    await writeFile(path.join(folder, 'token.jwt'), this.sigstore.token(IDENTITY, ISSUER));
    return { SIGSTORE_URL: this.sigstore.url };
  }

  async stop(): Promise<void> {
    await this.sigstore?.close();
  }
}

export const DOCUMENT_SERVICES: DocumentParts['services'] = {
  atom: () => new AtomService(),
  sigstore: () => new SigstoreService(),
};

/** A server reads files from where it runs, a document names them from where its reader is. */
function inFolder(folder: string, name: string, value: string): string {
  return name.endsWith('_PATH') ? path.resolve(folder, value) : value;
}
