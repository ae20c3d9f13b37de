import { X509Certificate as OpenSslCertificate } from 'node:crypto';

import { ASN1Obj, X509Certificate } from '@sigstore/core';

import { SignatureError } from './signature.error.js';
import { toTrustedKey } from './trusted-key.js';

/** What the certificate of a keyless signature says; only a verified chain makes it true. */
export interface CertificateClaims {
  readonly subject: string;
  readonly issuer: string;
}

const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
/** https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
const FULCIO = {
  issuerV1: '1.3.6.1.4.1.57264.1.1',
  username: '1.3.6.1.4.1.57264.1.7',
  issuerV2: '1.3.6.1.4.1.57264.1.8',
};
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const UTF8_STRING = 0x0c;
const MAX_CHARS = 2048;
/** ASN.1's IA5String without blanks: what a URI and a mail address consist of. */
const NAME = /^[\x21-\x7e]+$/;
/** Anything but control characters, overrides of direction, surrogates. */
const TEXT = /^[^\p{C}]+$/u;

/**
 * Reads a leaf certificate (DER) as Fulcio issues them: for code signing, of no authority, over a P-256 key, with exactly one
 * subject alternative name (URI, mail address or Fulcio's user name) and one OIDC issuer. Nothing in it is verified here.
 *
 * The library reads names as ASCII by dropping the high bit of every byte, and takes the first of several names and
 * extensions; so the names are read here. Throws SIGNATURE.MALFORMED or SIGNATURE.UNSUPPORTED.
 */
export function readCertificate(der: Buffer): CertificateClaims {
  requireLeaf(der);
  const { extensions } = X509Certificate.parse(Buffer.from(der));
  const valueOf = (oid: string): Buffer | undefined => onlyExtension(extensions, oid);
  return { subject: readSubject(valueOf(SUBJECT_ALTERNATIVE_NAME)), issuer: readIssuer(valueOf) };
}

/** OpenSSL's reading of the same bytes. */
function requireLeaf(der: Buffer): void {
  const certificate = new OpenSslCertificate(der);
  if (!certificate.raw.equals(der)) throw malformed('there is something after the certificate');
  if (certificate.ca) throw malformed('it is the certificate of an authority');
  // Undefined without the extension, whatever its type says.
  const usages = certificate.keyUsage as readonly string[] | undefined;
  if (!usages?.includes(CODE_SIGNING)) throw malformed('it is not for code signing');
  try {
    toTrustedKey(certificate.publicKey);
  } catch (cause) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      'The certificate is not over an ECDSA P-256 key; sign with the key type that cosign takes by itself.',
      { cause },
    );
  }
}

function onlyExtension(extensions: readonly ASN1Obj[], oid: string): Buffer | undefined {
  const [extension, second] = extensions.filter(({ subs }) => subs[0]?.toOID() === oid);
  if (second) throw malformed(`it has the extension ${oid} twice`);
  return extension?.subs.at(-1)?.value;
}

function readSubject(value: Buffer | undefined): string {
  const [name, second] = value ? parse(value).subs : [];
  if (!name || second) throw malformed('it needs exactly one subject alternative name');
  // RFC 5280 §4.2.1.6: [1] rfc822Name, [6] uniformResourceIdentifier, [0] otherName.
  if (name.tag.isContextSpecific(1) || name.tag.isContextSpecific(6)) return textOf(name.value, NAME);
  const [type, wrapped] = name.tag.isContextSpecific(0) ? name.subs : [];
  if (type?.toOID() !== FULCIO.username) {
    throw malformed('its subject is neither a URI, a mail address nor a user name');
  }
  return utf8StringOf(wrapped?.subs[0]);
}

function readIssuer(valueOf: (oid: string) => Buffer | undefined): string {
  const [older, newer] = [valueOf(FULCIO.issuerV1), valueOf(FULCIO.issuerV2)];
  const issuers = [older && textOf(older, TEXT), newer && utf8StringOf(parse(newer))].filter(
    (text) => text !== undefined,
  );
  const [issuer] = issuers;
  if (issuer === undefined || issuers.some((text) => text !== issuer)) {
    throw malformed('it needs exactly one OIDC issuer');
  }
  return issuer;
}

function utf8StringOf(node: ASN1Obj | undefined): string {
  if (!node?.tag.isUniversal() || node.tag.number !== UTF8_STRING) throw malformed('a name in it is no UTF8String');
  return textOf(node.value, TEXT);
}

function textOf(value: Buffer, allowed: RegExp): string {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  if (text.length > MAX_CHARS || !allowed.test(text)) {
    throw malformed('a name in it is empty, too long or not plain text');
  }
  return text;
}

function parse(value: Buffer): ASN1Obj {
  return ASN1Obj.parseBuffer(Buffer.from(value));
}

function malformed(reason: string): SignatureError {
  return new SignatureError(
    'SIGNATURE.MALFORMED',
    `The certificate of the bundle cannot be used: ${reason}. Sign again with a certificate from Fulcio.`,
  );
}
