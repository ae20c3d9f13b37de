import { gunzipSync, gzipSync } from 'node:zlib';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import {
  loadTrustRoot,
  packArchive,
  readPackage,
  SignatureError,
  type SignatureInput,
  signerId,
  toBareSignature,
  type Trust,
  verifySignature,
  WpkError,
} from '../../src/wpk/index.js';
import { loadPublicKey, signBytes } from '../../src/wpk/signatures/index.js';
import { aPair, ISSUER, Sigstore, SUBJECT } from '../builders/sigstore.js';

jest.setTimeout(300_000); // ten of thousands of packages on a busy machine

const yaml = Buffer.from(`apiVersion: atom.dev/v1
kind: WorkflowPackage
metadata: {name: look, version: 1.0.0}
spec:
  permissions: [{apiGroups: [""], resources: [pods], verbs: [list], namespaces: [web]}]
  steps: [{name: pods, uses: kubernetes/list, with: {apiVersion: v1, kind: Pod, namespace: web}, timeout: 30s}]
`);

const FLIPS: readonly ((byte: number) => number)[] = [
  ...Array.from({ length: 8 }, (_, bit) => (byte: number) => byte ^ (1 << bit)),
  (byte) => (byte + 1) & 0xff,
];
/** For what takes milliseconds to judge. */
const FEW_FLIPS: readonly ((byte: number) => number)[] = [(byte) => byte ^ 1, (byte) => byte ^ 0x80];

/** Every byte of the content, turned in each of the ways; each result once. */
function* tampered(content: Buffer, flips = FLIPS): Generator<Buffer> {
  for (let index = 0; index < content.length; index++) {
    const byte = content[index]!;
    for (const turned of new Set(flips.map((flip) => flip(byte)))) {
      const copy = Buffer.from(content);
      copy[index] = turned;
      yield copy;
    }
  }
}

let trust: Trust;
let tarball: Buffer;
let sign: Record<'signature' | 'bundle' | 'keyless bundle', (bytes: Buffer) => Promise<SignatureInput>>;
beforeAll(async () => {
  const sigstore = await Sigstore.start();
  const pair = aPair();
  const key = loadPublicKey(pair.publicKey.export({ format: 'pem', type: 'spki' }).toString());
  const byCertificate = await sigstore.byCertificate();
  trust = {
    keys: [key],
    identities: [{ issuer: ISSUER, subject: SUBJECT }],
    root: loadTrustRoot(JSON.stringify(sigstore.trustedRoot())),
  };
  // Compressed, as other tools pack: the packer's own archives are stored, and seven times as long to sweep.
  tarball = gzipSync(gunzipSync(await packArchive([{ path: 'wpk.yaml', bytes: yaml }])), { level: 9 });
  const { privateKey } = pair;
  const bundle = (value: unknown): SignatureInput => ({ kind: 'bundle', text: JSON.stringify(value) });
  sign = {
    signature: (bytes) =>
      Promise.resolve({ kind: 'signature', text: toBareSignature(signBytes(bytes, { id: key.id, privateKey })) }),
    bundle: async (bytes) => bundle(await sigstore.message(bytes, sigstore.byKey(pair), { entries: [] })),
    'keyless bundle': async (bytes) => bundle(await sigstore.message(bytes, byCertificate)),
  };
});

/** Who signed and what, when both the package and its signature are accepted. Any error that is none of ours is thrown. */
async function open(bytes: Buffer, signature: SignatureInput): Promise<string | undefined> {
  const [file, verified] = [await orRefused(() => readPackage(bytes)), verifyOrRefuse(bytes, signature)];
  if (!file || !verified) return undefined;
  expect(verified.digest).toBe(file.digest);
  return `${signerId(verified.signer)} ${verified.digest}`;
}

function verifyOrRefuse(bytes: Buffer, signature: SignatureInput) {
  try {
    return verifySignature(bytes, signature, trust);
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
}

async function orRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WpkError) return undefined;
    throw error;
  }
}

describe.each(['signature', 'bundle', 'keyless bundle'] as const)('a package with a %s', (kind) => {
  it.each(['YAML', 'tarball'])('is accepted as %s, and not when any bit of any byte of it was turned', async (form) => {
    const bytes = form === 'YAML' ? yaml : tarball;
    const signature = await sign[kind](bytes);
    expect(await open(bytes, signature)).toContain('sha256:');
    const accepted: Buffer[] = [];
    let tried = 0;
    for (const changed of tampered(bytes)) {
      tried += 1;
      // The signature decides; what it lets pass would be opened like any other package.
      if (verifyOrRefuse(changed, signature)) accepted.push(changed);
    }
    expect(accepted).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(bytes.length * 8);
  });

  it('is the same package by the same signer, or refused, when any byte of the text of its signature was turned', async () => {
    const signature = await sign[kind](yaml);
    const good = await open(yaml, signature);
    const others: string[] = [];
    for (const changed of tampered(Buffer.from(signature.text), kind === 'keyless bundle' ? FEW_FLIPS : FLIPS)) {
      const verified = verifyOrRefuse(yaml, { ...signature, text: changed.toString('utf8') });
      if (verified && `${signerId(verified.signer)} ${verified.digest}` !== good) others.push(changed.toString('utf8'));
    }
    expect(others).toEqual([]);
  });
});

describe('reading a package', () => {
  it.each(['YAML', 'tarball'])(
    'never fails in any other way when a byte of the %s was turned, and gives it another digest',
    async (form) => {
      const bytes = form === 'YAML' ? yaml : tarball;
      const { digest } = await readPackage(bytes);
      for (const changed of tampered(bytes, FEW_FLIPS)) {
        const file = await orRefused(() => readPackage(changed));
        if (file) expect(file.digest).not.toBe(digest);
      }
    },
  );
});
