/**
 * Whom a registry trusts with which names, as it is written in a file or kept by the API: plain JSON. `trust.schema.json`
 * describes the file.
 */
export interface TrustDocument {
  readonly keys: readonly TrustedKeyEntry[];
  readonly identities: readonly TrustedIdentityEntry[];
  readonly policies: readonly TrustPolicy[];
}

/**
 * `retired`: what was stored before `retiredAt` still counts, nothing new does. `revoked`: nothing counts any more.
 * Times are RFC 3339 texts; what counts is when the registry stored a signature, never what the signer says.
 */
export interface TrustEntry {
  /** DNS label, unique among keys and identities; what policies name. */
  readonly name: string;
  readonly state: 'active' | 'retired' | 'revoked';
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly retiredAt?: string;
  readonly revokedAt?: string;
  /** Why it was retired or revoked. */
  readonly reason?: string;
}

export interface TrustedKeyEntry extends TrustEntry {
  /** One PEM block, ECDSA P-256. */
  readonly publicKey: string;
}

/** Certificates of one issuer for subjects that match; see TrustedIdentity. */
export interface TrustedIdentityEntry extends TrustEntry {
  readonly issuer: string;
  readonly subject: string;
}

/** Names a key or an identity of the document. */
export type Authority = { readonly key: string } | { readonly identity: string };

/** A package whose name matches has to satisfy this policy, and every other one that matches it as well. */
export interface TrustPolicy {
  readonly name: string;
  /** Workflow names; `*` stands for any characters. */
  readonly names: readonly string[];
  readonly any: readonly Authority[];
  /** So many different authorities of `any` have to sign. */
  readonly threshold: number;
  /** Only signatures count that a transparency log of the trust root holds. */
  readonly requireTlog: boolean;
  /** Only attestations count: they name workflow and version. */
  readonly requireAttestation: boolean;
}

export const EMPTY_TRUST: TrustDocument = { keys: [], identities: [], policies: [] };
