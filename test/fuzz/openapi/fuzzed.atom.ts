import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { type Role, ROLES } from '../../../src/access/index.js';
import { packArchive } from '../../../src/wpk/index.js';
import { aPackage, aSigner, type Signer } from '../../builders/signed-package.js';
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
  /** Trusted by a name, so that policies can ask for it. */
  private readonly keeper = aSigner();
  private next = 1;

  private constructor(
    readonly atom: Atom,
    readonly tokens: Tokens,
    private readonly signer: Signer,
  ) {}

  static async start(pool: Pool): Promise<FuzzedAtom> {
    const signer = aSigner();
    const atom = await Atom.start({
      queue: 'postgres',
      manifests: deployments(1),
      env: { COSIGN_PUBLIC_KEY: signer.publicKeyPem },
    });
    try {
      const fuzzed = new FuzzedAtom(atom, await roleTokens(atom, pool), signer);
      await fuzzed.populate(pool);
      // Nobody may take away what the requests stand on.
      for (const value of ['bootstrap', 'restart-unhealthy', 'look', KEEPER]) pool.protect(value);
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

  /** A trust policy for names that nothing else has, with packages that it accepts and refuses. */
  policy(random: Random): object {
    const prefix = `guarded-${random.below(1e6)}`;
    const bytes = aPackage({ name: `${prefix}-a` });
    const signedBy = (signer: Signer) => ({ package: bytes.toString('base64'), bundles: [signer.bundle(bytes)] });
    const checks = { good: signedBy(this.keeper), bad: signedBy(this.signer) };
    return { names: [`${prefix}-*`], any: [{ key: KEEPER }], checks };
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
  private async populate(pool: Pool): Promise<void> {
    const look = aPackage({ name: 'look' });
    const fails = aPackage({
      name: 'fails',
      steps: '[{name: a, uses: kubernetes/get, with: {kind: Pod, namespace: web, name: x}}]',
    });
    const archive = Buffer.from(
      await packArchive([
        { path: 'wpk.yaml', bytes: aPackage({ name: 'look', version: '1.1.0' }) },
        { path: 'README.md', bytes: Buffer.from('# Look') },
      ]),
    );
    pool.learn('/v1/workflows/{name}/versions/{version}/readme', { name: 'look', version: '1.1.0' });
    pool.learn('/v1/workflows/{name}/diff', { name: 'look', from: '1.0.0', to: '1.1.0' });
    for (const bytes of [await readFile(PLAYBOOK), look, archive, fails]) {
      const response = await this.register(bytes);
      if (response.status !== 201) throw new Error(`A package was not registered: ${await response.text()}`);
    }
    await post(this.atom, '/v1/trust/keys', { name: KEEPER, publicKey: this.keeper.publicKeyPem });
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

const KEEPER = 'fuzz-keeper';

async function roleTokens(atom: Atom, pool: Pool): Promise<Tokens> {
  const tokens = new Map<Role, string>();
  for (const role of ROLES) {
    const response = await post(atom, '/v1/tokens', { name: `fuzz-${role}`, role, expiresInDays: 1 });
    const { token, id } = (await response.json()) as { token: string; id: string };
    tokens.set(role, token);
    pool.protect(id);
  }
  const self = (await (await atom.request('GET', '/v1/tokens/self')).json()) as { tokenId: string };
  pool.protect(self.tokenId);
  return tokens;
}

async function post(atom: Atom, route: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const response = await atom.request('POST', route, { body: JSON.stringify(body), headers });
  if (!response.ok) throw new Error(`POST ${route}: ${response.status} ${await response.text()}`);
  return response;
}

export const ADMIN = `Bearer ${TOKEN}`;
