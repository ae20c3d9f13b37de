import { type KeyObject, verify } from 'node:crypto';

import { strictBase64 } from './base64.js';
import { readBundle, type SignedBundle } from './bundle.reader.js';
import { readCertificate } from './certificate.js';
import { CheckList, type SignatureCheck } from './checks.js';
import { readContent, type SignedContent } from './content.js';
import { type Evidence, verifyByCertificate, verifyByKey } from './evidence.js';
import { checkLogEntry, type Logged } from './log-entry.js';
import { sha256 } from './sign.js';
import { SignatureError } from './signature.error.js';
import type { Signer } from './signer.js';
import { type PackageClaims, readPackageStatement } from './statement.js';
import type { TrustRoot } from './trust-root.js';
import { matchesIdentity, type TrustedIdentity } from './trusted-identity.js';
import type { TrustedKey } from './trusted-key.js';

/** `signature`: the text of a cosign `.sig` file (base64 of a DER signature). `bundle`: the JSON text of a Sigstore bundle. */
export interface SignatureInput {
  readonly kind: 'signature' | 'bundle';
  readonly text: string;
  /** Of a bare signature: id of the key that it was found to be of before. Only says what to try first. */
  readonly hint?: string;
}

/**
 * Who may sign. A signature by a key is judged by `keys` alone, one by a certificate by `identities` alone, and that only with
 * a `root`. Nothing else is trusted: no authority, log or key out of the signature itself.
 */
export interface Trust {
  readonly keys: readonly TrustedKey[];
  readonly identities?: readonly TrustedIdentity[];
  readonly root?: TrustRoot;
}

export interface VerifiedSignature {
  readonly kind: SignatureInput['kind'];
  readonly signer: Signer;
  /** `sha256:<hex>` of the bytes: the identity of what was signed. The signature's own bytes never are: ECDSA has two for one. */
  readonly digest: string;
  /** Only for an attestation: the name and version it states; whoever knows those of the package compares them. */
  readonly claims?: PackageClaims;
  /** Whether a transparency log of the root holds the signature; always so for an identity. */
  readonly isLogged: boolean;
  /** The earliest time that a log or timestamp authority of the root vouches for; the signer's own word is none. */
  readonly signedAt?: Date;
}

/** What was looked at, in order, and the outcome. */
export type SignatureExplanation = { readonly checks: readonly SignatureCheck[] } & (
  { readonly verified: VerifiedSignature } | { readonly refusal: SignatureError }
);

const MAX_BARE_CHARS = 1024;
/** Every key that is tried hashes all bytes anew (Node takes no digest): a bound on the work that one text can order. */
const MAX_TRIED_BYTES = 64 * 1024 * 1024;

/**
 * Verifies that a trusted key or identity signed exactly these bytes (ECDSA P-256, SHA-256).
 * Throws SignatureError and nothing else, whatever the input is.
 */
export function verifySignature(bytes: Uint8Array, signature: SignatureInput, trust: Trust): VerifiedSignature {
  return judge(bytes, signature, trust, new CheckList());
}

/** As verifySignature, for people: with every check that was made. Throws nothing. */
export function explainSignature(bytes: Uint8Array, signature: SignatureInput, trust: Trust): SignatureExplanation {
  const list = new CheckList();
  try {
    const verified = judge(bytes, signature, trust, list);
    return { checks: list.checks, verified };
  } catch (refusal) {
    if (!(refusal instanceof SignatureError)) throw refusal;
    return { checks: list.checks, refusal };
  }
}

function judge(bytes: Uint8Array, input: SignatureInput, trust: Trust, checks: CheckList): VerifiedSignature {
  const { kind, text } = input;
  if (text.trim() === '') {
    const message = 'The package is not signed; sign it with "atomctl sign" or cosign.';
    return checks.refuse('format', new SignatureError('SIGNATURE.MISSING', message));
  }
  return kind === 'bundle' ? judgeBundle(bytes, text, trust, checks) : judgeBare(bytes, input, trust, checks);
}

function judgeBare(
  bytes: Uint8Array,
  { text, hint }: SignatureInput,
  { keys }: Trust,
  checks: CheckList,
): VerifiedSignature {
  const signature = checks.run('format', () => readBare(text));
  const signer = checks.run('signature', () => {
    const found = findKey(bytes, signature, keys, hint);
    if (found) return found;
    throw new SignatureError(
      'SIGNATURE.INVALID',
      'No trusted key signed these bytes; sign exactly this file, or have the public key added to the trusted keys.',
    );
  });
  const digest = toDigest(sha256(bytes));
  return { kind: 'signature', signer: { kind: 'key', keyId: signer.id }, digest, isLogged: false };
}

function findKey(
  bytes: Uint8Array,
  signature: Uint8Array,
  keys: readonly TrustedKey[],
  hint: string | undefined,
): TrustedKey | undefined {
  const isOf = ({ publicKey }: TrustedKey): boolean => verifies(bytes, publicKey, signature);
  const likely = keys.find(({ id }) => id === hint);
  if (likely && isOf(likely)) return likely;
  if (keys.length * bytes.length <= MAX_TRIED_BYTES) return keys.find(isOf);
  throw new SignatureError(
    'SIGNATURE.UNSUPPORTED',
    'A bare signature does not say whose it is, and so large a package is not tried with every trusted key; send a bundle ("cosign sign-blob --bundle").',
  );
}

function readBare(text: string): Buffer {
  const signature = text.length <= MAX_BARE_CHARS ? strictBase64(text.replace(/\r?\n$/, '')) : undefined;
  if (signature) return signature;
  throw new SignatureError(
    'SIGNATURE.MALFORMED',
    'The signature is not one line of base64; send the file written by "cosign sign-blob --output-signature" unchanged.',
  );
}

function judgeBundle(bytes: Uint8Array, text: string, trust: Trust, checks: CheckList): VerifiedSignature {
  const signed = checks.run('format', () => readBundle(text));
  const digest = sha256(bytes);
  const content = checks.run('content', () => readContent(signed, digest));
  const { signer, verify: verifyEvidence } = checks.run('signer', () => chooseSigner(signed, trust));
  checkLogEntries(signed, content, checks);
  const evidence = verifyEvidence(signed.bundle, bytes, checks);
  const { attestation } = content;
  const claims =
    attestation && checks.run('statement', () => readPackageStatement(attestation.payload, digest.toString('hex')));
  return { kind: 'bundle', signer, digest: toDigest(digest), ...(claims && { claims }), ...evidence };
}

/** A signer that is trusted, if the signature turns out to be theirs, and the way to find that out. */
interface Candidate {
  readonly signer: Signer;
  readonly verify: (bundle: SignedBundle['bundle'], bytes: Uint8Array, checks: CheckList) => Evidence;
}

function chooseSigner({ material }: SignedBundle, trust: Trust): Candidate {
  return material.kind === 'key' ? chooseKey(material.hint, trust) : chooseIdentity(material.der, trust);
}

/** The hint only chooses among trusted keys; it proves nothing. */
function chooseKey(hint: string, { keys, root }: Trust): Candidate {
  const key = keys.find(({ id }) => id === hint);
  if (!key) {
    throw new SignatureError(
      'SIGNATURE.UNKNOWN_KEY',
      'The bundle names a key that is not trusted here; sign with a trusted key, or have this one added.',
    );
  }
  return {
    signer: { kind: 'key', keyId: key.id },
    verify: (bundle, bytes, checks) => verifyByKey(bundle, bytes, key, root, checks),
  };
}

function chooseIdentity(der: Buffer, { identities = [], root }: Trust): Candidate {
  if (identities.length === 0) {
    throw untrusted('no identity is trusted here; have it added, or sign with a trusted key');
  }
  if (!root) {
    throw untrusted(
      'there is no trusted root to judge it by; have a trusted_root.json configured, or sign with a trusted key',
    );
  }
  const { subject, issuer } = readCertificate(der);
  if (!identities.some((identity) => matchesIdentity(identity, issuer, subject))) {
    throw untrusted(
      `"${subject}" of the issuer "${issuer}" is not trusted here; sign as a trusted identity, or have this one added`,
    );
  }
  return {
    signer: { kind: 'identity', subject, issuer },
    verify: (bundle, bytes, checks) => verifyByCertificate(bundle, bytes, root, checks),
  };
}

function checkLogEntries({ bundle, material }: SignedBundle, content: SignedContent, checks: CheckList): void {
  const { tlogEntries } = bundle.verificationMaterial;
  if (tlogEntries.length === 0) return;
  const logged: Logged = {
    signer: material.kind === 'key' ? material.hint : material.der,
    signature: content.signature,
    signed: content.signed,
    ...(content.attestation && { payload: content.attestation.digest }),
  };
  checks.run('entries', () => {
    for (const entry of tlogEntries) checkLogEntry(entry, logged);
  });
}

/** OpenSSL reads the DER to the letter (no BER, no spare bytes), so a malformed signature is simply a wrong one. */
function verifies(bytes: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  return verify('sha256', bytes, { key, dsaEncoding: 'der' }, signature);
}

function toDigest(digest: Buffer): string {
  return `sha256:${digest.toString('hex')}`;
}

function untrusted(reason: string): SignatureError {
  return new SignatureError(
    'SIGNATURE.UNTRUSTED_IDENTITY',
    `The bundle was signed with a certificate (keyless): ${reason}.`,
  );
}
