import type { Bundle } from '@sigstore/bundle';
import { type SignedEntity, toSignedEntity, VerificationError, Verifier, type VerifierOptions } from '@sigstore/verify';

import type { LogEntry } from './bundle.reader.js';
import { type CheckList, type SignatureCheckName, unreadable } from './checks.js';
import { SignatureError } from './signature.error.js';
import { type TrustMaterial, trustMaterialOf, type TrustRoot } from './trust-root.js';
import type { TrustedKey } from './trusted-key.js';

/** What others than the signer have confirmed. */
export interface Evidence {
  readonly isLogged: boolean;
  readonly signedAt?: Date;
}

type Phase = Extract<SignatureCheckName, 'time' | 'certificate' | 'log' | 'signature'>;
/** In the order in which the library goes through them. */
const PHASES: readonly Phase[] = ['time', 'certificate', 'log', 'signature'];
const PHASE_OF: Readonly<Record<VerificationError['code'], Phase>> = {
  TIMESTAMP_ERROR: 'time',
  CERTIFICATE_ERROR: 'certificate',
  PUBLIC_KEY_ERROR: 'certificate',
  TLOG_ERROR: 'log',
  TLOG_INCLUSION_PROOF_ERROR: 'log',
  TLOG_INCLUSION_PROMISE_ERROR: 'log',
  TLOG_MISSING_INCLUSION_ERROR: 'log',
  TLOG_BODY_ERROR: 'log',
  SIGNATURE_ERROR: 'signature',
  NOT_IMPLEMENTED_ERROR: 'signature',
};
const REFUSALS: Readonly<Record<Phase, string>> = {
  time: 'The time of signing is not proven by a log or timestamp authority of the trusted root; sign again, with a timestamp, or bring trusted_root.json up to date.',
  certificate:
    'The certificate was not issued by an authority of the trusted root for the time of signing, or no certificate log of the root has it; sign again, or bring trusted_root.json up to date.',
  log: 'A log entry of the bundle is not in a log of the trusted root; sign again, or bring trusted_root.json up to date.',
  signature: 'The signature does not belong to these bytes and the named signer; sign exactly this file.',
};
const NOTHING = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };

/**
 * Verifies the signature of a bundle by a trusted key. With a root, every log entry and timestamp that the bundle has must
 * be good under it; without one they count for nothing (cosign's `--insecure-ignore-tlog`).
 */
export function verifyByKey(
  bundle: Bundle,
  bytes: Uint8Array,
  { publicKey }: TrustedKey,
  root: TrustRoot | undefined,
  checks: CheckList,
): Evidence {
  // Whether the key is still trusted is for its owner to say, whatever the time of signing.
  const finder = () => ({ publicKey, validFor: () => true });
  const material = { ...(root ? trustMaterialOf(root) : NOTHING), publicKey: finder };
  const none = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  return verify(root ? bundle : withoutEvidence(bundle), bytes, material, none, checks);
}

/** Verifies the signature of a bundle by its certificate: chain, certificate log, time and log entry are all needed. */
export function verifyByCertificate(bundle: Bundle, bytes: Uint8Array, root: TrustRoot, checks: CheckList): Evidence {
  const one = { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 };
  return verify(bundle, bytes, trustMaterialOf(root), one, checks);
}

function verify(
  bundle: Bundle,
  bytes: Uint8Array,
  material: TrustMaterial,
  thresholds: VerifierOptions,
  checks: CheckList,
): Evidence {
  let entity: SignedEntity;
  let times: readonly Date[];
  try {
    entity = toSignedEntity(bundle, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    times = timesOf(entity);
  } catch (cause) {
    return checks.refuse('time', unreadable(cause));
  }
  const phases = phasesOf(entity, thresholds);
  try {
    new Verifier(material, thresholds).verify(entity);
    checkEntries(entity, times, material);
  } catch (cause) {
    return refuse(cause, phases, checks);
  }
  for (const phase of phases) checks.pass(phase);
  const signedAt = times.reduce<Date | undefined>((first, time) => (first && first <= time ? first : time), undefined);
  return { isLogged: entity.tlogEntries.length > 0, ...(signedAt && { signedAt }) };
}

/** The times that the library takes for proven, once it has verified the entity: an entry without a promise proves none. */
function timesOf({ timestamps }: SignedEntity): Date[] {
  return timestamps.flatMap((timestamp) => {
    if (timestamp.$case === 'timestamp-authority') return [timestamp.timestamp.signingTime];
    const { inclusionPromise, integratedTime } = timestamp.tlogEntry;
    return inclusionPromise ? [new Date(Number(integratedTime) * 1000)] : [];
  });
}

/**
 * What the library passes over: it holds a log to its validity only where the entry has a promise, which entries of Rekor v2
 * never have, and takes size and root hash of the tree from the checkpoint, whatever the proof says beside it.
 */
function checkEntries({ tlogEntries }: SignedEntity, times: readonly Date[], { tlogs }: TrustMaterial): void {
  for (const entry of tlogEntries) {
    const isKnown = tlogs.some(
      ({ logID, validFor }) =>
        logID.equals(entry.logId.keyId) && times.every((time) => validFor.start <= time && time <= validFor.end),
    );
    if (!isKnown) throw new VerificationError({ code: 'TLOG_ERROR', message: 'the log was not valid at the time' });
    if (!agreesWithCheckpoint(entry)) {
      throw new VerificationError({ code: 'TLOG_INCLUSION_PROOF_ERROR', message: 'proof and checkpoint disagree' });
    }
  }
}

/** A checkpoint's first lines are origin, size and root hash: https://c2sp.org/tlog-checkpoint */
function agreesWithCheckpoint({ inclusionProof }: LogEntry): boolean {
  if (!inclusionProof) return true;
  const { checkpoint, rootHash, treeSize } = inclusionProof;
  const [, size, hash] = checkpoint?.envelope.split('\n') ?? [];
  return size === treeSize && hash === rootHash.toString('base64');
}

function phasesOf({ timestamps, key, tlogEntries }: SignedEntity, thresholds: VerifierOptions): Phase[] {
  const applies: Record<Phase, boolean> = {
    time: timestamps.length > 0 || thresholds.timestampThreshold === 1,
    certificate: key.$case === 'certificate',
    log: tlogEntries.length > 0 || thresholds.tlogThreshold === 1,
    signature: true,
  };
  return PHASES.filter((phase) => applies[phase]);
}

function refuse(cause: unknown, phases: readonly Phase[], checks: CheckList): never {
  const [first = 'signature'] = phases;
  if (!(cause instanceof VerificationError)) return checks.refuse(first, unreadable(cause));
  const failed = PHASE_OF[cause.code];
  for (const phase of phases.slice(0, phases.indexOf(failed))) checks.pass(phase);
  return checks.refuse(failed, new SignatureError('SIGNATURE.INVALID', REFUSALS[failed], { cause }));
}

function withoutEvidence(bundle: Bundle): Bundle {
  const { verificationMaterial } = bundle;
  return {
    ...bundle,
    verificationMaterial: { ...verificationMaterial, tlogEntries: [], timestampVerificationData: undefined },
  };
}
