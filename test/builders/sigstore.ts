import {
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  sign,
  webcrypto,
  X509Certificate,
} from 'node:crypto';

import * as x509 from '@peculiar/x509';
import { dsse } from '@sigstore/core';
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock';

import { PACKAGE_PREDICATE_TYPE, sha256 } from '../../src/wpk/index.js';

import 'reflect-metadata';

export const SUBJECT = 'https://github.com/acme/runbooks/.github/workflows/release.yml@refs/heads/main';
export const ISSUER = 'https://token.actions.githubusercontent.com';
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

const LOG_URL = 'https://rekor.acme.test';
const OID = {
  sctList: '1.3.6.1.4.1.11129.2.4.2',
  issuerV1: '1.3.6.1.4.1.57264.1.1',
  issuerV2: '1.3.6.1.4.1.57264.1.8',
  sha256: '2.16.840.1.101.3.4.2.1',
  timestampPolicy: '1.3.6.1.4.1.57264.2',
};
const { digitalSignature, keyCertSign } = x509.KeyUsageFlags;
const P256 = { name: 'ECDSA', namedCurve: 'P-256' };
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

/** JSON that tests take apart and put together wrongly. */
export type Json = Record<string, unknown>;
export type EntryKind = 'hashedrekord/0.0.1' | 'hashedrekord/0.0.2' | 'dsse/0.0.1' | 'dsse/0.0.2' | 'intoto/0.0.2';

export interface CertificateChoices {
  readonly names?: x509.JsonGeneralNames;
  readonly issuer?: string;
  /** OIDC issuer in the older extension, when it is another. */
  readonly olderIssuer?: string;
  readonly withoutIssuer?: boolean;
  readonly from?: Date;
  readonly usages?: readonly string[];
  readonly isAuthority?: boolean;
  readonly keys?: KeyPairKeyObjectResult;
  readonly extensions?: readonly x509.Extension[];
  /** Whose certificate log signs; none: the certificate is in no log. */
  readonly ctlog?: Sigstore | 'none';
}

/** Whoever signs, and how bundles and log entries name them. */
export interface Signatory {
  readonly privateKey: KeyObject;
  /** verificationMaterial of a bundle v0.3, and of v0.2. */
  readonly material: Json;
  readonly chain: Json;
  readonly pem: string;
  readonly verifier: Json;
}

export interface BundleChoices {
  readonly version?: '0.1' | '0.2' | '0.3';
  readonly entries?: readonly EntryKind[];
  /** Entries as Rekor v2 makes them: without a promise and without a time. */
  readonly withoutPromise?: boolean;
  readonly loggedAt?: Date;
  readonly stampedAt?: readonly Date[];
  /** Whose log and timestamp authority. */
  readonly log?: Sigstore;
  readonly authority?: Sigstore;
}

interface Signed {
  readonly signature: Buffer;
  readonly signed: Buffer;
  readonly payload?: Buffer;
}

/** A certificate authority, certificate log, transparency log and timestamp authority of its own, without any network. */
export class Sigstore {
  /** From when certificates are valid; the authorities' own are a minute older. */
  readonly epoch = new Date(Math.floor(Date.now() / SECOND) * SECOND + MINUTE);
  private readonly pairs = { ca: aPair(), ct: aPair(), log: aPair(), tsa: aPair() };
  private roots: { readonly ca: Buffer; readonly tsa: readonly Buffer[] } = { ca: Buffer.alloc(0), tsa: [] };

  static async start(): Promise<Sigstore> {
    const sigstore = new Sigstore();
    const { ca, tsa } = sigstore.pairs;
    const stamps = await initializeTSA(tsa);
    sigstore.roots = {
      ca: bytesOf((await initializeCA(ca)).rootCertificate),
      tsa: [bytesOf(stamps.intCertificate), bytesOf(stamps.rootCertificate)],
    };
    return sigstore;
  }

  after(milliseconds: number): Date {
    return new Date(this.epoch.getTime() + milliseconds);
  }

  /** trusted_root.json as a value. */
  trustedRoot(): Json {
    const validFor = { start: '2020-01-01T00:00:00Z' };
    return {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [logJson(LOG_URL, this.pairs.log.publicKey, validFor)],
      ctlogs: [logJson('https://ct.acme.test', this.pairs.ct.publicKey, validFor)],
      certificateAuthorities: [authorityJson('https://fulcio.acme.test', [this.roots.ca], validFor)],
      timestampAuthorities: [authorityJson('https://tsa.acme.test', this.roots.tsa, validFor)],
    };
  }

  byKey(pair: KeyPairKeyObjectResult): Signatory {
    const der = pair.publicKey.export({ format: 'der', type: 'spki' });
    const material = { publicKey: { hint: sha256(der).toString('base64') } };
    return {
      privateKey: pair.privateKey,
      material,
      chain: material,
      pem: base64(pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()),
      verifier: { publicKey: { rawBytes: base64(der) }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' },
    };
  }

  /** Whoever gets a certificate of this authority, as Fulcio issues them. */
  async byCertificate(choices: CertificateChoices = {}): Promise<Signatory> {
    const keys = choices.keys ?? aPair();
    const der = await this.issue(keys.publicKey, choices);
    const certificate = { rawBytes: base64(der) };
    return {
      privateKey: keys.privateKey,
      material: { certificate },
      chain: { x509CertificateChain: { certificates: [certificate, { rawBytes: base64(this.roots.ca) }] } },
      pem: base64(new X509Certificate(der).toString()),
      verifier: { x509Certificate: certificate, keyDetails: 'PKIX_ECDSA_P256_SHA_256' },
    };
  }

  /** A bundle with a message signature over the bytes. */
  async message(bytes: Buffer, by: Signatory, choices: BundleChoices = {}): Promise<Json> {
    const signature = sign('sha256', bytes, by.privateKey);
    const messageDigest = { algorithm: 'SHA2_256', digest: base64(sha256(bytes)) };
    return {
      ...(await this.frame(by, { signature, signed: bytes }, { entries: ['hashedrekord/0.0.1'], ...choices })),
      messageSignature: { messageDigest, signature: base64(signature) },
    };
  }

  /** A bundle with an attestation: by default the statement that these bytes are `demo@1.0.0`. */
  async attestation(bytes: Buffer, by: Signatory, choices: BundleChoices = {}, edit: Json = {}): Promise<Json> {
    const payload = Buffer.from(JSON.stringify({ ...statementOf(bytes), ...edit }));
    const signed = dsse.preAuthEncoding(PAYLOAD_TYPE, payload);
    const signature = sign('sha256', signed, by.privateKey);
    return {
      ...(await this.frame(by, { signature, signed, payload }, { entries: ['dsse/0.0.1'], ...choices })),
      dsseEnvelope: {
        payload: base64(payload),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: base64(signature) }],
      },
    };
  }

  private async frame(by: Signatory, signed: Signed, choices: BundleChoices): Promise<Json> {
    const { version = '0.3', entries = [], stampedAt = [], log = this, authority = this } = choices;
    const tlogEntries = await Promise.all(entries.map((kind) => log.entry(kind, by, signed, choices)));
    const rfc3161Timestamps = await Promise.all(stampedAt.map((at) => authority.timestamp(signed.signature, at)));
    return {
      mediaType:
        version === '0.3'
          ? 'application/vnd.dev.sigstore.bundle.v0.3+json'
          : `application/vnd.dev.sigstore.bundle+json;version=${version}`,
      verificationMaterial: {
        ...(version === '0.3' ? by.material : by.chain),
        tlogEntries,
        timestampVerificationData: { rfc3161Timestamps },
      },
    };
  }

  private async entry(type: EntryKind, by: Signatory, signed: Signed, choices: BundleChoices): Promise<Json> {
    const [kind = '', version = ''] = type.split('/');
    const log = await initializeTLog(LOG_URL, this.pairs.log, choices.loggedAt ?? this.after(SECOND));
    const answer: unknown = await log.log({ apiVersion: version, kind, spec: SPEC_OF[type](by, signed) });
    const [logged] = Object.values(answer as Record<string, LoggedEntry>);
    if (!logged) throw new Error('The log has logged nothing.');
    const { inclusionProof, signedEntryTimestamp } = logged.verification;
    const isPromised = choices.withoutPromise !== true;
    return {
      logIndex: String(logged.logIndex),
      logId: { keyId: base64(Buffer.from(logged.logID, 'hex')) },
      kindVersion: { kind, version },
      ...(isPromised && {
        integratedTime: String(logged.integratedTime),
        inclusionPromise: { signedEntryTimestamp },
      }),
      inclusionProof: {
        logIndex: String(inclusionProof.logIndex),
        rootHash: base64(Buffer.from(inclusionProof.rootHash, 'hex')),
        treeSize: String(inclusionProof.treeSize),
        hashes: inclusionProof.hashes,
        checkpoint: { envelope: inclusionProof.checkpoint },
      },
      canonicalizedBody: logged.body,
    };
  }

  private async timestamp(signature: Buffer, at: Date): Promise<Json> {
    const authority = await initializeTSA(this.pairs.tsa, at);
    const answer = await authority.timestamp({
      artifactHash: sha256(signature),
      hashAlgorithmOID: OID.sha256,
      policyOID: OID.timestampPolicy,
      nonce: 1,
    });
    return { signedTimestamp: base64(bytesOf(answer)) };
  }

  private async issue(publicKey: KeyObject, choices: CertificateChoices): Promise<Buffer> {
    const from = choices.from ?? this.epoch;
    const authorityKey = await toCryptoKey(this.pairs.ca.publicKey);
    const key = await toCryptoKey(publicKey);
    const { usages = [x509.ExtendedKeyUsage.codeSigning], names = [{ type: 'url', value: SUBJECT }] } = choices;
    const parameters = {
      serialNumber: '0a',
      notBefore: from,
      notAfter: new Date(from.getTime() + 10 * MINUTE),
      issuer: new x509.X509Certificate(this.roots.ca).subject,
      publicKey: key,
      signingKey: await toCryptoKey(this.pairs.ca.privateKey),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' },
      extensions: [
        new x509.BasicConstraintsExtension(choices.isAuthority === true, undefined, true),
        new x509.KeyUsagesExtension(choices.isAuthority === true ? keyCertSign : digitalSignature, true),
        ...(usages.length > 0 ? [new x509.ExtendedKeyUsageExtension([...usages])] : []),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names, true)] : []),
        await x509.SubjectKeyIdentifierExtension.create(key, false, webcrypto),
        await x509.AuthorityKeyIdentifierExtension.create(authorityKey, false, webcrypto),
        ...issuerExtensions(choices),
        ...(choices.extensions ?? []),
      ],
    };
    const { ctlog = this } = choices;
    if (ctlog !== 'none') {
      parameters.extensions.push(await ctlog.certificateTimestamp(parameters, this.pairs.ca.publicKey));
    }
    return Buffer.from((await x509.X509CertificateGenerator.create(parameters, webcrypto)).rawData);
  }

  private async certificateTimestamp(
    parameters: x509.X509CertificateCreateParams,
    authorityKey: KeyObject,
  ): Promise<x509.Extension> {
    const precertificate = await x509.X509CertificateGenerator.create(parameters, webcrypto);
    const issuerId = sha256(authorityKey.export({ format: 'der', type: 'spki' }));
    const log = await initializeCTLog(this.pairs.ct, this.epoch);
    const timestamp = Buffer.from(await log.log(precertificate.rawData, toArrayBuffer(issuerId)));
    const list = Buffer.concat([Buffer.from([0, timestamp.length]), timestamp]);
    return new x509.Extension(OID.sctList, false, toArrayBuffer(derOf(0x04, list)));
  }
}

interface LoggedEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
      readonly hashes: readonly string[];
      readonly checkpoint: string;
    };
  };
}

const SPEC_OF: Record<EntryKind, (by: Signatory, signed: Signed) => Json> = {
  'hashedrekord/0.0.1': (by, { signature, signed }) => ({
    data: { hash: { algorithm: 'sha256', value: sha256(signed).toString('hex') } },
    signature: { content: base64(signature), publicKey: { content: by.pem } },
  }),
  'hashedrekord/0.0.2': (by, { signature, signed }) => ({
    hashedRekordV002: {
      data: { algorithm: 'SHA2_256', digest: base64(sha256(signed)) },
      signature: { content: base64(signature), verifier: by.verifier },
    },
  }),
  'dsse/0.0.1': (by, { signature, payload }) => ({
    payloadHash: { algorithm: 'sha256', value: hexOf(payload) },
    signatures: [{ signature: base64(signature), verifier: by.pem }],
  }),
  'dsse/0.0.2': (by, { signature, payload }) => ({
    dsseV002: {
      payloadHash: { algorithm: 'SHA2_256', digest: base64(Buffer.from(hexOf(payload), 'hex')) },
      signatures: [{ content: base64(signature), verifier: by.verifier }],
    },
  }),
  'intoto/0.0.2': (by, { signature, payload }) => ({
    content: {
      envelope: {
        payloadType: PAYLOAD_TYPE,
        signatures: [{ publicKey: by.pem, sig: base64(base64(signature)) }],
      },
      payloadHash: { algorithm: 'sha256', value: hexOf(payload) },
    },
  }),
};

export function aPair(): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export function statementOf(bytes: Buffer): Json {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'demo@1.0.0', digest: { sha256: sha256(bytes).toString('hex') } }],
    predicateType: PACKAGE_PREDICATE_TYPE,
    predicate: { name: 'demo', version: '1.0.0' },
  };
}

/** An extension as Fulcio writes text: a DER UTF8String. */
export function textExtension(oid: string, text: string): x509.Extension {
  return new x509.Extension(oid, false, toArrayBuffer(derOf(0x0c, Buffer.from(text))));
}

function issuerExtensions({
  issuer = ISSUER,
  olderIssuer = issuer,
  withoutIssuer,
}: CertificateChoices): x509.Extension[] {
  if (withoutIssuer === true) return [];
  const older = new x509.Extension(OID.issuerV1, false, toArrayBuffer(Buffer.from(olderIssuer)));
  return [older, textExtension(OID.issuerV2, issuer)];
}

function logJson(baseUrl: string, publicKey: KeyObject, validFor: Json): Json {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(der), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: base64(sha256(der)) },
  };
}

function authorityJson(uri: string, certificates: readonly Buffer[], validFor: Json): Json {
  return { uri, certChain: { certificates: certificates.map((der) => ({ rawBytes: base64(der) })) }, validFor };
}

/** DER (X.690) of a value shorter than 64 KiB. */
function derOf(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

async function toCryptoKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const usages: webcrypto.KeyUsage[] = key.type === 'private' ? ['sign'] : ['verify'];
  const curve = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'P-384' : P256.namedCurve;
  return webcrypto.subtle.importKey('jwk', key.export({ format: 'jwk' }), { ...P256, namedCurve: curve }, true, usages);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function base64(value: string | Uint8Array): string {
  return Buffer.from(value as Uint8Array).toString('base64');
}

function hexOf(payload: Buffer | undefined): string {
  return payload ? sha256(payload).toString('hex') : '';
}
