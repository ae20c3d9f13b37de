import { dsse } from '@sigstore/core';

import {
  generateKeyPair,
  openPrivateKey,
  PACKAGE_PREDICATE_TYPE,
  type PrivateKey,
  sha256,
  signBytes,
  toBareSignature,
  toBundle,
} from '../../src/wpk/index.js';

export interface Signer {
  readonly publicKeyPem: string;
  readonly keyId: string;
  bundle(bytes: Buffer): string;
  signature(bytes: Buffer): string;
  /** A bundle of a statement about the package, as `cosign attest-blob` writes it. */
  attestation(bytes: Buffer, claims: { readonly name: string; readonly version: string }): string;
}

/** A key pair that was made for this test. */
export function aSigner(): Signer {
  const { privateKeyFile, publicKeyPem } = generateKeyPair('');
  const key: PrivateKey = openPrivateKey(privateKeyFile, '');
  return {
    publicKeyPem,
    keyId: key.id,
    bundle: (bytes) => toBundle(sha256(bytes), signBytes(bytes, key), key.id),
    signature: (bytes) => toBareSignature(signBytes(bytes, key)),
    attestation: (bytes, claims) => attest(bytes, claims, key),
  };
}

function attest(
  bytes: Buffer,
  predicate: { readonly name: string; readonly version: string },
  key: PrivateKey,
): string {
  const payloadType = 'application/vnd.in-toto+json';
  const subject = [{ name: predicate.name, digest: { sha256: sha256(bytes).toString('hex') } }];
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: PACKAGE_PREDICATE_TYPE,
    predicate,
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = signBytes(dsse.preAuthEncoding(payloadType, payload), key).toString('base64');
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: key.id } },
    dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig, keyid: '' }] },
  });
}

export interface PackageOptions {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  /** YAML of `spec.safety`, in flow style. */
  readonly safety?: string;
  /** YAML of `spec.permissions`, in flow style. */
  readonly permissions?: string;
  /** YAML of `spec.steps`, in flow style. */
  readonly steps?: string;
}

export const NARROW = '[{apiGroups: [apps], resources: [deployments], verbs: [get, patch], namespaces: [web]}]';
const GET =
  '[{name: look, uses: kubernetes/get, with: {apiVersion: apps/v1, kind: Deployment, namespace: web, name: shop}}]';

/** The bytes of a package that is valid and harmless unless told otherwise. */
export function aPackage(options: PackageOptions = {}): Buffer {
  const { name = 'demo', version = '1.0.0', description = 'A runbook.', safety = '{}' } = options;
  const { tags = ['demo', 'health'], permissions = NARROW, steps = GET } = options;
  return Buffer.from(`apiVersion: atom.dev/v1
kind: WorkflowPackage
metadata:
  name: ${name}
  version: "${version}"
  description: ${JSON.stringify(description)}
  author: platform-team
  tags: ${JSON.stringify(tags)}
spec:
  safety: ${safety}
  permissions: ${permissions}
  timeouts: {run: 5m, step: 10s}
  steps: ${steps}
`);
}
