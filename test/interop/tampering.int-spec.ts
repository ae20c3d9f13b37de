import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  generateKeyPair,
  loadPublicKey,
  openPrivateKey,
  type PrivateKey,
  sha256,
  signBytes,
  toBareSignature,
  toBundle,
  type TrustedKey,
  verifySignature,
} from '../../src/wpk/signatures/index.js';
import { COSIGN_MAJORS, CosignBench, type CosignMajor, findCosign } from './cosign.js';
import { COSIGN_LINES, type CosignLines } from './cosign.lines.js';

type Form = 'bare' | 'bundle' | 'attestation';
interface Signed {
  readonly bytes: Buffer;
  readonly text: string;
}

const one = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\nmetadata: {name: one}\n');
const two = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\nmetadata: {name: two}\n');
const refusal = expect.objectContaining({ name: 'SignatureError' });

const text = (value: unknown): string => JSON.stringify(value);
const flip = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed[at]! ^= 1;
  return changed;
};
/** Changes one member of a bundle by its path; undefined takes it out. */
const edit = (bundle: string, path: string, change: (value: string) => unknown): string => {
  const json = JSON.parse(bundle) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop()!;
  const parent = names.reduce<Record<string, unknown>>((node, name) => node[name] as Record<string, unknown>, json);
  parent[last] = change(parent[last] as string);
  return text(json);
};
const inBase64 = (change: (bytes: Buffer) => Buffer) => (value: string) =>
  change(Buffer.from(value, 'base64')).toString('base64');
const lastByte = inBase64((bytes) => flip(bytes, bytes.length - 1));
/** Another statement of the same length under the same signature. */
const payloadOf = (name: string) =>
  inBase64((payload) => Buffer.from(payload.toString().replace('"1.0.0"', `"${name}"`)));

/** What was done, to which form, and how; `other` is what the same signer made for the other package. */
const TAMPERING: readonly (readonly [what: string, form: Form, how: (signed: Signed, other: Signed) => Signed])[] = [
  ...(['bare', 'bundle', 'attestation'] as const).flatMap((form) => [
    ['a byte of the package', form, ({ bytes, ...rest }: Signed) => ({ ...rest, bytes: flip(bytes, 20) })] as const,
    ['a line at its end', form, (s: Signed) => ({ ...s, bytes: Buffer.concat([s.bytes, Buffer.from('\n')]) })] as const,
    ['its last byte missing', form, (s: Signed) => ({ ...s, bytes: s.bytes.subarray(0, -1) })] as const,
    ['the signature of the other package', form, (s: Signed, other: Signed) => ({ ...s, text: other.text })] as const,
    ['half of the signature file', form, (s: Signed) => ({ ...s, text: s.text.slice(0, s.text.length / 2) })] as const,
    ['an empty signature file', form, (s: Signed) => ({ ...s, text: '' })] as const,
  ]),
  ['a byte of the signature', 'bare', (s) => ({ ...s, text: lastByte(s.text) })],
  ['a byte of the signature', 'bundle', (s) => ({ ...s, text: edit(s.text, 'messageSignature.signature', lastByte) })],
  ['no signature', 'bundle', (s) => ({ ...s, text: edit(s.text, 'messageSignature.signature', () => '') })],
  [
    'the signature of the other bundle',
    'bundle',
    (s, other) => ({
      ...s,
      text: edit(
        s.text,
        'messageSignature.signature',
        () => (JSON.parse(other.text) as { messageSignature: { signature: string } }).messageSignature.signature,
      ),
    }),
  ],
  [
    'the digest of the other package under the old signature',
    'bundle',
    (s, other) => ({
      bytes: other.bytes,
      text: edit(s.text, 'messageSignature.messageDigest.digest', () => sha256(other.bytes).toString('base64')),
    }),
  ],
  ['no digest', 'bundle', (s) => ({ ...s, text: edit(s.text, 'messageSignature.messageDigest', () => undefined) })],
  ['no key material', 'bundle', (s) => ({ ...s, text: edit(s.text, 'verificationMaterial', () => ({})) })],
  ['a media type that is none', 'bundle', (s) => ({ ...s, text: edit(s.text, 'mediaType', () => 'text/plain') })],
  ['an unknown member', 'bundle', (s) => ({ ...s, text: edit(s.text, 'extra', () => 1) })],
  ['a member twice', 'bundle', (s) => ({ ...s, text: s.text.replace('{', '{"mediaType":"x",') })],
  [
    'a byte of the signature',
    'attestation',
    (s) => ({ ...s, text: edit(s.text, 'dsseEnvelope.signatures.0.sig', lastByte) }),
  ],
  ['another payload', 'attestation', (s) => ({ ...s, text: edit(s.text, 'dsseEnvelope.payload', payloadOf('9.9.9')) })],
  [
    'another payload type',
    'attestation',
    (s) => ({ ...s, text: edit(s.text, 'dsseEnvelope.payloadType', () => 'application/json') }),
  ],
  [
    'another key id in the envelope',
    'attestation',
    (s) => ({ ...s, text: edit(s.text, 'dsseEnvelope.signatures.0.keyid', () => 'AAAA') }),
  ],
  [
    'a signature more',
    'attestation',
    (s) => ({
      ...s,
      text: edit(s.text, 'dsseEnvelope.signatures', (list) => [...(list as unknown as unknown[]), list[0]]),
    }),
  ],
  ['no signature', 'attestation', (s) => ({ ...s, text: edit(s.text, 'dsseEnvelope.signatures', () => []) })],
];

/** What cosign lets pass because its caller names the key: it harms nobody, and it is refused here all the same. */
const ONLY_REFUSED_HERE: readonly (readonly [
  what: string,
  acceptedBy: readonly CosignMajor[],
  how: (bundle: string) => string,
])[] = [
  ['another hint', [2, 3], (bundle) => edit(bundle, 'verificationMaterial.publicKey.hint', () => 'AAAA')],
  [
    'another digest, and the right signature',
    [2],
    (bundle) => edit(bundle, 'messageSignature.messageDigest.digest', lastByte),
  ],
  [
    'another digest algorithm, and the right signature',
    [2],
    (bundle) => edit(bundle, 'messageSignature.messageDigest.algorithm', () => 'SHA2_512'),
  ],
];

for (const major of COSIGN_MAJORS) {
  const search = await findCosign(major);
  describe(`what was changed after cosign ${major} or atomctl signed it`, () => {
    if ('program' in search) compare(search.program, major, COSIGN_LINES[major]);
    else it('was not compared', () => console.warn(search.missing));
  });
}

function compare(program: string, major: CosignMajor, lines: CosignLines): void {
  let cosign: CosignBench;
  let key: TrustedKey;
  /** By signer and form: what was made for each of the two packages. */
  const made = new Map<string, readonly [Signed, Signed]>();

  beforeAll(async () => {
    cosign = await CosignBench.open(program);
    const files = generateKeyPair('');
    await cosign.write('signer.key', files.privateKeyFile);
    await cosign.write('signer.pub', files.publicKeyPem);
    await cosign.write('predicate.json', text({ name: 'one', version: '1.0.0' }));
    key = loadPublicKey(files.publicKeyPem);
    await signWithCosign();
    signHere(openPrivateKey(files.privateKeyFile, ''));
  });
  afterAll(() => cosign.close());

  async function signWithCosign(): Promise<void> {
    const forms = { bare: lines.signBare, bundle: lines.signBundle, attestation: lines.attest };
    for (const [form, line] of Object.entries(forms)) {
      const signed: Signed[] = [];
      for (const bytes of [one, two]) {
        await cosign.write('pkg', bytes);
        await cosign.run(...line('signer.key', 'signed', 'pkg'));
        signed.push({ bytes, text: await readFile(cosign.path('signed'), 'utf8') });
      }
      made.set(`cosign ${form}`, [signed[0]!, signed[1]!]);
    }
  }

  function signHere(privateKey: PrivateKey): void {
    const sign = (form: Form, bytes: Buffer): Signed => {
      const signature = signBytes(bytes, privateKey);
      return {
        bytes,
        text: form === 'bare' ? toBareSignature(signature) : toBundle(sha256(bytes), signature, privateKey.id),
      };
    };
    for (const form of ['bare', 'bundle'] as const) made.set(`atomctl ${form}`, [sign(form, one), sign(form, two)]);
  }

  const hereAccepts = (form: Form, { bytes, text }: Signed) =>
    verifySignature(bytes, { kind: form === 'bare' ? 'signature' : 'bundle', text }, { keys: [key] });
  async function cosignAccepts(form: Form, { bytes, text }: Signed): Promise<void> {
    await cosign.write('pkg', bytes);
    await cosign.write('signed', text);
    const line = { bare: lines.verifyBare, bundle: lines.verifyBundle, attestation: lines.verifyAttestation }[form];
    await cosign.run(...line('signer.pub', 'signed', 'pkg'));
  }

  const signers = ['cosign bare', 'cosign bundle', 'cosign attestation', 'atomctl bare', 'atomctl bundle'] as const;
  it.each(signers)('%s: both accept it unchanged', async (signer) => {
    const form = signer.split(' ')[1] as Form;
    for (const signed of made.get(signer)!) {
      expect(hereAccepts(form, signed).signer).toEqual({ kind: 'key', keyId: key.id });
      await cosignAccepts(form, signed);
    }
  });

  const cases = signers.flatMap((signer) =>
    TAMPERING.filter(([, form]) => signer.endsWith(` ${form}`)).map(([what, form, how]) => ({
      ...{ signer, what, form, how },
    })),
  );
  it.each(cases)('$signer: both refuse it with $what', async ({ signer, form, how }) => {
    const tampered = how(...made.get(signer)!);
    expect(() => hereAccepts(form, tampered)).toThrow(refusal);
    await expect(cosignAccepts(form, tampered)).rejects.toThrow();
  });

  it.each(ONLY_REFUSED_HERE)('with %s it is refused here, whatever cosign says', async (_, acceptedBy, how) => {
    const [{ bytes, text }] = made.get('cosign bundle')!;
    const tampered = { bytes, text: how(text) };
    expect(() => hereAccepts('bundle', tampered)).toThrow(refusal);
    const verdict = await cosignAccepts('bundle', tampered).then(
      () => 'accepted',
      () => 'refused',
    );
    expect(verdict).toBe(acceptedBy.includes(major) ? 'accepted' : 'refused');
  });
}
