import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { type Role, ROLES } from '../../../src/access/index.js';
import { aPackage, aSigner } from '../../builders/signed-package.js';
import { Atom, TOKEN } from '../../e2e/atom.js';
import { deployments } from '../../e2e/packages.js';
import { multipart } from '../multipart.js';
import type { Random } from '../mutations.js';
import type { Body } from './draft.js';
import type { Pool } from './pool.js';
import type { Tokens } from './protocol.mutations.js';

const PLAYBOOK = path.resolve(import.meta.dirname, '../../../playbooks/restart-unhealthy.wpk.yaml');

/** Atom with what a fuzzer wants to meet: packages, runs in several states, a token for each role. */
export class FuzzedAtom {
  private readonly signer: ReturnType<typeof aSigner>;
  private next = 1;

  private constructor(
    readonly atom: Atom,
    readonly tokens: Tokens,
    signer: ReturnType<typeof aSigner>,
  ) {
    this.signer = signer;
  }

  static async start(pool: Pool): Promise<FuzzedAtom> {
    const signer = aSigner();
    const atom = await Atom.start({
      queue: 'postgres',
      manifests: deployments(1),
      env: { COSIGN_PUBLIC_KEY: signer.publicKeyPem },
    });
    try {
      const fuzzed = new FuzzedAtom(atom, await roleTokens(atom, pool), signer);
      await fuzzed.populate();
      // Nobody may take away what the requests stand on.
      for (const value of ['bootstrap', 'restart-unhealthy', signer.keyId]) pool.protect(value);
      return fuzzed;
    } catch (error) {
      await atom.stop();
      throw error;
    }
  }

  /** Signed, as the multipart body of an upload; mostly a new version, at times one that is registered. */
  upload(random: Random): Body {
    const version = random.below(4) === 0 ? 1 + random.below(this.next) : this.next++;
    return this.signed(aPackage({ name: `fuzz-${version % 7}`, version: `1.${version}.0` }), random.below(2) === 0);
  }

  signed(bytes: Buffer, withBundle = true): Body {
    const signature: [string, Buffer] = withBundle
      ? ['bundle', Buffer.from(this.signer.bundle(bytes))]
      : ['signature', Buffer.from(this.signer.signature(bytes))];
    const { contentType, body } = multipart([['package', bytes], signature]);
    return { contentType, bytes: body };
  }

  async register(bytes: Buffer): Promise<Response> {
    const { contentType, bytes: body } = this.signed(bytes);
    return this.atom.request('POST', '/v1/workflows', {
      body: Uint8Array.from(body),
      headers: { 'content-type': contentType! },
    });
  }

  async residentBytes(): Promise<number> {
    const metrics = await (await fetch(`${this.atom.url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
  }

  /** The playbook of the document's examples, and runs that ended in different ways; the worker is gone afterwards. */
  private async populate(): Promise<void> {
    const look = aPackage({ name: 'look' });
    const fails = aPackage({
      name: 'fails',
      steps: '[{name: a, uses: kubernetes/get, with: {kind: Pod, namespace: web, name: x}}]',
    });
    for (const bytes of [await readFile(PLAYBOOK), look, fails]) {
      const response = await this.register(bytes);
      if (response.status !== 201) throw new Error(`A package was not registered: ${await response.text()}`);
    }
    const worker = await this.atom.startWorker();
    const runs = [
      await this.atom.submit('look'),
      await this.atom.submit('fails'),
      await this.atom.submit('restart-unhealthy', { namespace: 'shop', deployment: 'web-0', stableFor: '0s' }),
    ];
    await Promise.all(runs.map(({ id }) => this.atom.ended(id)));
    await worker.stop();
  }
}

async function roleTokens(atom: Atom, pool: Pool): Promise<Tokens> {
  const tokens = new Map<Role, string>();
  for (const role of ROLES) {
    const response = await atom.request('POST', '/v1/tokens', {
      body: JSON.stringify({ name: `fuzz-${role}`, role, expiresInDays: 1 }),
      headers: { 'content-type': 'application/json' },
    });
    const { token, id } = (await response.json()) as { token: string; id: string };
    tokens.set(role, token);
    pool.protect(id);
  }
  const self = (await (await atom.request('GET', '/v1/tokens/self')).json()) as { tokenId: string };
  pool.protect(self.tokenId);
  return tokens;
}

export const ADMIN = `Bearer ${TOKEN}`;
