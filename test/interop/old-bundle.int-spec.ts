import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  generateKeyPair,
  loadPublicKey,
  SignatureError,
  signerId,
  verifySignature,
} from '../../src/wpk/signatures/index.js';
import { COSIGN_MAJORS, CosignBench, findCosign } from './cosign.js';
import { COSIGN_LINES } from './cosign.lines.js';

const bytes = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\n');

for (const major of COSIGN_MAJORS) {
  const search = await findCosign(major);
  describe(`a bundle in the old format, by cosign ${major}`, () => {
    if ('program' in search) compare(search.program, major);
    else it('was not compared', () => console.warn(search.missing));
  });
}

function compare(program: string, major: (typeof COSIGN_MAJORS)[number]): void {
  const keys = generateKeyPair('');
  const trust = { keys: [loadPublicKey(keys.publicKeyPem)] };
  let cosign: CosignBench;
  beforeAll(async () => {
    cosign = await CosignBench.open(program);
    await cosign.write('cosign.key', keys.privateKeyFile);
    await cosign.write('cosign.pub', keys.publicKeyPem);
    await cosign.write('FILE', bytes);
    await cosign.run(...COSIGN_LINES[major].signOldBundle('cosign.key', 'BUNDLE', 'FILE'));
  });
  afterAll(() => cosign.close());
  const read = (name: string) => readFile(cosign.path(name), 'utf8');

  it('is refused, and what the refusal says to do makes a signature and a bundle that are accepted', async () => {
    const [intoSignature, intoBundle] = commandsIn(await refusalOf('BUNDLE'));
    await promisify(execFile)('sh', ['-c', intoSignature!], { cwd: cosign.folder });
    const bare = verifySignature(bytes, { kind: 'signature', text: await read('FILE.sig') }, trust);
    await cosign.run(...intoBundle!.split(' ').slice(1));
    const bundle = verifySignature(bytes, { kind: 'bundle', text: await read('FILE.sigstore.json') }, trust);
    expect([bare, bundle].map(({ signer }) => signerId(signer))).toEqual([trust.keys[0]!.id, trust.keys[0]!.id]);
  });

  // cosign 2 has no such command; cosign 3 has it for Sigstore bundles v0.1 and v0.2 only.
  if (major === 3) {
    it('is not upgraded by "cosign bundle upgrade", so nobody is sent there', async () => {
      await expect(cosign.run('bundle', 'upgrade', 'BUNDLE')).rejects.toThrow('base64Signature');
    });
  }

  async function refusalOf(bundle: string): Promise<string> {
    const old = await read(bundle);
    try {
      verifySignature(bytes, { kind: 'bundle', text: old }, trust);
    } catch (error) {
      expect(error).toMatchObject({ code: 'SIGNATURE.UNSUPPORTED' });
      return (error as SignatureError).message;
    }
    throw new Error('The old bundle was accepted.');
  }
}

/** What a message puts between double quotes. */
function commandsIn(message: string): string[] {
  return [...message.matchAll(/"([^"]+)"/g)].map(([, command]) => command!).filter((command) => command.includes(' '));
}
