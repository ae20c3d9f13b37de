import { sign } from 'node:crypto';

import {
  loadTrustRoot,
  sha256,
  type SignatureErrorCode,
  type SignatureInput,
  type Signer,
  toBareSignature,
  type Trust,
} from '../../src/wpk/index.js';
import { loadPublicKey } from '../../src/wpk/signatures/index.js';
import { aPair, ISSUER, type Json, SECOND, type Signatory, Sigstore, SUBJECT } from '../builders/sigstore.js';
import { at, edit, firstEntry } from './signature.edits.js';
import {
  ATTESTATION,
  BARE,
  BUNDLE,
  INVALID,
  LOGGED,
  type Manipulation,
  MESSAGE,
  MISMATCH,
  TEXT,
} from './signature.manipulations.js';

/** One signature of one package and what has to become of it. */
export interface SignatureCase {
  readonly name: string;
  readonly bytes: Buffer;
  readonly signature: SignatureInput;
  readonly trust: Trust;
  /** The signer, or why it is refused. */
  readonly expected: Signer | SignatureErrorCode;
}

type Kind = SignatureInput['kind'];
/** Every manipulation of every kind of good material: a signature, bundles by a key and by a certificate, attestations. */
export async function signatureCases(): Promise<SignatureCase[]> {
  const [good, stranger] = [await Material.make(), await Material.make()];
  return [...good.bareCases(), ...(await good.bundleCases()), ...(await good.exchanges(stranger))];
}

class Material {
  readonly bytes = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\n');
  private readonly pair = aPair();
  readonly byKey: Signatory;
  readonly trust: Trust;

  private constructor(
    readonly sigstore: Sigstore,
    readonly byCertificate: Signatory,
  ) {
    const key = loadPublicKey(this.pair.publicKey.export({ format: 'pem', type: 'spki' }).toString());
    this.byKey = sigstore.byKey(this.pair);
    this.trust = {
      keys: [key],
      identities: [{ issuer: ISSUER, subject: SUBJECT }],
      root: loadTrustRoot(JSON.stringify(sigstore.trustedRoot())),
    };
  }

  static async make(): Promise<Material> {
    const sigstore = await Sigstore.start();
    return new Material(sigstore, await sigstore.byCertificate());
  }

  get bare(): string {
    return toBareSignature(sign('sha256', this.bytes, this.pair.privateKey));
  }

  bareCases(): SignatureCase[] {
    return BARE.map(([name, change, expected]) =>
      this.case('signature', `a signature ${name}`, change(this.bare) ?? '', expected),
    );
  }

  async bundleCases(): Promise<SignatureCase[]> {
    const { sigstore, bytes, byKey, byCertificate } = this;
    const kinds: readonly (readonly [string, Signatory, Json, readonly Manipulation<Json>[]])[] = [
      ['a bundle by a key', byKey, await sigstore.message(bytes, byKey, { entries: [] }), MESSAGE],
      ['a logged bundle by a key', byKey, await sigstore.message(bytes, byKey), [...LOGGED, ...MESSAGE]],
      ['a keyless bundle', byCertificate, await sigstore.message(bytes, byCertificate), [...LOGGED, ...MESSAGE]],
      ['an attestation by a key', byKey, await sigstore.attestation(bytes, byKey, { entries: [] }), ATTESTATION],
      [
        'a keyless attestation',
        byCertificate,
        await sigstore.attestation(bytes, byCertificate),
        [...LOGGED, ...ATTESTATION],
      ],
    ];
    return kinds.flatMap(([kind, by, bundle, more]) => [
      ...[...BUNDLE, ...more].flatMap(([name, change, expected]) => {
        const changed = change(bundle);
        return changed ? [this.case('bundle', `${kind} ${name}`, JSON.stringify(changed), expected, by)] : [];
      }),
      ...TEXT.map(([name, change, expected]) =>
        this.case('bundle', `${kind} ${name}`, change(JSON.stringify(bundle)) ?? '', expected, by),
      ),
    ]);
  }

  /** Parts of two good signatures put together, and good ones shown to somebody who trusts another. */
  async exchanges(stranger: Material): Promise<SignatureCase[]> {
    const { sigstore, bytes, byKey, byCertificate, trust } = this;
    const [mine, yours] = [
      await sigstore.message(bytes, byKey),
      await stranger.sigstore.message(bytes, stranger.byKey),
    ];
    const [ours, theirs] = [
      await sigstore.message(bytes, byCertificate),
      await stranger.sigstore.message(bytes, stranger.byCertificate),
    ];
    const attested = await sigstore.attestation(bytes, byCertificate);
    const late = await sigstore.message(bytes, byCertificate, { loggedAt: sigstore.after(3600 * SECOND) });
    const other = Buffer.from('apiVersion: atom.dev/v2\nkind: WorkflowPackage\n');
    const wrongSubject = await sigstore.attestation(
      bytes,
      byCertificate,
      {},
      { subject: [{ digest: { sha256: sha256(other).toString('hex') } }] },
    );
    const material = (from: Json, into: Json): Json => ({
      ...into,
      verificationMaterial: from['verificationMaterial'],
    });
    const made: readonly (readonly [string, Json, SignatureErrorCode, Trust?])[] = [
      ['a bundle by the key of a stranger', yours, 'SIGNATURE.UNKNOWN_KEY'],
      ['a keyless bundle of a stranger, who has the same name elsewhere', theirs, INVALID],
      [
        'a keyless bundle of a stranger, for somebody who trusts keys only',
        theirs,
        'SIGNATURE.UNTRUSTED_IDENTITY',
        { keys: trust.keys },
      ],
      [
        'a keyless bundle without a root',
        ours,
        'SIGNATURE.UNTRUSTED_IDENTITY',
        { keys: [], identities: trust.identities ?? [] },
      ],
      [
        'a keyless bundle when only a key is trusted, with a root',
        ours,
        'SIGNATURE.UNTRUSTED_IDENTITY',
        { keys: trust.keys, ...(trust.root && { root: trust.root }) },
      ],
      ['a bundle by a key when only an identity is trusted', mine, 'SIGNATURE.UNKNOWN_KEY', { ...trust, keys: [] }],
      ['the signature of a key with the certificate of an identity', material(ours, mine), INVALID],
      ['the signature of an identity with the hint of a key', material(mine, ours), INVALID],
      [
        'a signature with the entry of another one',
        edit(ours, (c) => (at(c, 'verificationMaterial')['tlogEntries'] = [firstEntry(mine)])),
        INVALID,
      ],
      [
        'a signature with the entry of an attestation',
        edit(ours, (c) => (at(c, 'verificationMaterial')['tlogEntries'] = [firstEntry(attested)])),
        INVALID,
      ],
      ['an attestation with the material of a signature', material(ours, attested), INVALID],
      [
        'a keyless bundle with the entry of an unknown log',
        edit(ours, (c) => (at(c, 'verificationMaterial')['tlogEntries'] = [firstEntry(theirs)])),
        INVALID,
      ],
      [
        'a keyless bundle without its entry',
        edit(ours, (c) => (at(c, 'verificationMaterial')['tlogEntries'] = [])),
        INVALID,
      ],
      ['a keyless bundle that was logged an hour late', late, INVALID],
      ['an attestation about another file', wrongSubject, MISMATCH],
    ];
    const strange = this.case('signature', 'the signature of a stranger', stranger.bare, INVALID);
    return [
      strange,
      { ...this.case('bundle', 'a good bundle for other bytes', JSON.stringify(ours), MISMATCH), bytes: other },
      { ...this.case('signature', 'a good signature for other bytes', this.bare, INVALID), bytes: other },
      ...made.map(([name, bundle, expected, judged = trust]) => ({
        ...this.case('bundle', name, JSON.stringify(bundle), expected),
        trust: judged,
      })),
    ];
  }

  private case(
    kind: Kind,
    name: string,
    content: string,
    expected: 'accepted' | SignatureErrorCode,
    by = this.byKey,
  ): SignatureCase {
    const signer: Signer =
      by === this.byKey
        ? { kind: 'key', keyId: this.trust.keys[0]?.id ?? '' }
        : { kind: 'identity', subject: SUBJECT, issuer: ISSUER };
    return {
      ...{ name, bytes: this.bytes, trust: this.trust, signature: { kind, text: content } },
      expected: expected === 'accepted' ? signer : expected,
    };
  }
}
