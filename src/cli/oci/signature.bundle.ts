import { readJson } from '../../wpk/index.js';
import { CliError, messageOf } from '../cli.errors.js';
import { type Digest, isObject } from './descriptor.js';
import { OCI_LIMITS } from './limits.js';
import { BUNDLE_TYPE } from './media.types.js';

/** A Sigstore bundle as far as a registry is told about it; nothing in it has been verified. */
export interface SignatureBundle {
  readonly path: string;
  readonly bytes: Buffer;
  readonly content: 'message-signature' | 'dsse-envelope';
  /** Of an attestation. */
  readonly predicateType: string | undefined;
}

/** Reads what `atomctl sign` or cosign 3 wrote, and refuses a bundle that speaks about other bytes than the package's. */
export function readBundle(path: string, bytes: Buffer, packageDigest: Digest): SignatureBundle {
  const json = objectIn(path, bytes);
  if (json['mediaType'] !== BUNDLE_TYPE) {
    const hints = ['Sign again with `atomctl sign` or cosign 3; `cosign bundle upgrade` converts an older bundle.'];
    throw new CliError('CLI.REFUSED', `${path} is no Sigstore bundle of version 0.3`, { hints });
  }
  const { messageSignature, dsseEnvelope } = json;
  const statement = isObject(dsseEnvelope) ? payloadOf(dsseEnvelope) : undefined;
  const digests = statement ? subjectsOf(statement) : [messageDigestOf(messageSignature)];
  if (!digests.includes(packageDigest.slice('sha256:'.length))) {
    const hints = ['Name the bundle of exactly this file with --bundle, or sign the file again.'];
    throw new CliError('CLI.REFUSED', `${path} signs other bytes than those of the package`, { hints });
  }
  const predicateType = statement?.['predicateType'];
  return {
    path,
    bytes,
    content: statement ? 'dsse-envelope' : 'message-signature',
    predicateType: typeof predicateType === 'string' ? predicateType : undefined,
  };
}

/** A bare signature holds no more than its bytes: no registry could say what it is, and no reader whose it is. */
export function bareSignatureRefused(path: string, packagePath: string): CliError {
  const hints = [
    `\`atomctl sign ${packagePath} --key cosign.key\` makes a bundle; so does \`cosign sign-blob --bundle\`.`,
  ];
  return new CliError('CLI.REFUSED', `${path} is a bare signature, and a registry takes bundles only`, { hints });
}

/** Base64 in one line, as `cosign sign-blob --output-signature` writes it. */
export function isBareSignature(bytes: Buffer): boolean {
  return bytes.length <= 1024 && /^[A-Za-z0-9+/]+={0,2}\s*$/.test(bytes.toString('latin1'));
}

function objectIn(path: string, bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const { value } = readJson(bytes, OCI_LIMITS.bundleBytes);
    return isObject(value) ? value : {};
  } catch (cause) {
    throw new CliError('CLI.REFUSED', `${path} is no Sigstore bundle: ${messageOf(cause)}`, { cause });
  }
}

function messageDigestOf(signature: unknown): string {
  const digest =
    isObject(signature) && isObject(signature['messageDigest']) ? signature['messageDigest']['digest'] : '';
  return Buffer.from(typeof digest === 'string' ? digest : '', 'base64').toString('hex');
}

function payloadOf({ payload }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    const { value } = readJson(Buffer.from(typeof payload === 'string' ? payload : '', 'base64'));
    return isObject(value) ? value : {};
  } catch {
    return {}; // it names no subject then, and is refused for that
  }
}

function subjectsOf({ subject }: Readonly<Record<string, unknown>>): readonly unknown[] {
  const subjects: readonly unknown[] = Array.isArray(subject) ? subject : [];
  return subjects.map((item) => (isObject(item) && isObject(item['digest']) ? item['digest']['sha256'] : undefined));
}
