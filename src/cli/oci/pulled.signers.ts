import { loadPublicKeys, SignatureError, signerId, type TrustedKey, verifySignature } from '../../wpk/index.js';
import { CliError } from '../cli.errors.js';
import type { PulledBundle, PulledPackage } from './package.puller.js';

export interface SignedBundle extends PulledBundle {
  /** The key that it was verified with; undefined when none of the keys made it. */
  readonly keyId: string | undefined;
}

/**
 * The bundles, those that one of the keys made first. Throws when there is none of these: one signature of a trusted key
 * is what makes a package worth writing down, and what strangers add changes nothing about it.
 */
export function verifyPulled(pulled: PulledPackage, publicKeys: string): readonly SignedBundle[] {
  const keys = loadPublicKeys(publicKeys);
  const refusals: SignatureError[] = [];
  const bundles = pulled.bundles.map((bundle) => {
    try {
      return { ...bundle, keyId: signerOf(pulled, bundle, keys) };
    } catch (thrown) {
      if (!(thrown instanceof SignatureError)) throw thrown;
      refusals.push(thrown);
      return { ...bundle, keyId: undefined };
    }
  });
  const verified = bundles.filter(({ keyId }) => keyId !== undefined);
  if (verified.length > 0) return [...verified, ...bundles.filter(({ keyId }) => keyId === undefined)];
  const [first] = refusals;
  if (first) throw first;
  const hints = [
    'Ask whoever pushed it to sign it: `atomctl sign FILE`, then `atomctl oci push FILE REFERENCE` again.',
  ];
  throw new CliError('CLI.REFUSED', 'the package has no signature in this registry; nothing was written', { hints });
}

function signerOf({ bytes, file }: PulledPackage, bundle: PulledBundle, keys: readonly TrustedKey[]): string {
  const { signer, claims } = verifySignature(bytes, { kind: 'bundle', text: bundle.bytes.toString('utf8') }, { keys });
  const { name, version } = file.package.metadata;
  if (!claims || (claims.name === name && claims.version === version)) return signerId(signer);
  throw new SignatureError(
    'SIGNATURE.INVALID',
    `The attestation states ${claims.name}@${claims.version}, and the package is ${name}@${version}; attest again.`,
  );
}
