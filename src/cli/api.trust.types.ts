import type { Signer } from './api.types.js';

/* What `/v1/trust` and the questions about it answer, as far as the command line reads it. */

export interface TrustEntry {
  readonly name: string;
  readonly state: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly retiredAt?: string;
  readonly revokedAt?: string;
  readonly reason?: string;
}

export interface TrustedKey extends TrustEntry {
  readonly keyId: string;
  readonly publicKey: string;
}

export interface TrustedIdentity extends TrustEntry {
  readonly issuer: string;
  readonly subject: string;
}

export interface TrustPolicy {
  readonly name: string;
  readonly names: readonly string[];
  readonly any: readonly { readonly key?: string; readonly identity?: string }[];
  readonly threshold: number;
  readonly requireTlog: boolean;
  readonly requireAttestation: boolean;
}

/** All of it, as it is in force. */
export interface Trust {
  readonly managedBy: string;
  /** Null where a file is in force. */
  readonly revision: number | null;
  readonly version: string;
  readonly keys: readonly TrustedKey[];
  readonly identities: readonly TrustedIdentity[];
  readonly policies: readonly TrustPolicy[];
  /** Ids of the keys of COSIGN_PUBLIC_KEY. */
  readonly environmentKeys: readonly string[];
  readonly root: string | null;
}

/** Why a signature or a package is not believed. */
export interface Distrust {
  /** Code of the problem that a refusal has. */
  readonly code: string;
  readonly detail: string;
}

export interface JudgedSignature {
  readonly kind: string;
  readonly counts: boolean;
  readonly signer?: Signer;
  /** Names of the trusted keys or identities that it is of. */
  readonly entries: readonly string[];
  readonly attestation: boolean;
  readonly logged: boolean;
  readonly signedAt?: string | null;
  readonly problem?: Distrust;
}

export interface JudgedPolicy {
  readonly name: string;
  readonly satisfied: boolean;
  readonly threshold: number;
  readonly any: readonly string[];
  readonly requireTlog: boolean;
  readonly requireAttestation: boolean;
  readonly satisfiedBy: readonly string[];
  /** Good signatures that do not count here, and why. */
  readonly remarks: readonly string[];
}

/** Everything that was looked at to believe a package or not. */
export interface Judgement {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly accepted: boolean;
  readonly problem?: Distrust;
  readonly signatures: readonly JudgedSignature[];
  readonly policies: readonly JudgedPolicy[];
  readonly trustVersion: string;
}

export interface AuditEntry {
  readonly seq: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}
