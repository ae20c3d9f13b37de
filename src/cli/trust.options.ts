import {
  checkTrustedIdentity,
  loadPublicKeys,
  loadTrustRoot,
  SignatureError,
  type Trust,
  type TrustedIdentity,
} from '../wpk/index.js';
import { CliError } from './cli.errors.js';
import { readText } from './local.files.js';

/** Whom a person trusts, named as in cosign: a key file, or an identity with its issuer and a trusted root. */
export interface TrustOptions {
  readonly key?: string;
  readonly certificateIdentity?: string;
  readonly certificateOidcIssuer?: string;
  readonly trustedRoot?: string;
}

/** Exactly one way to trust. A trusted root beside a key has the log entries looked up in its logs. */
export async function readTrust(options: TrustOptions): Promise<Trust> {
  const identity = identityOf(options);
  const { key, trustedRoot } = options;
  if ((key === undefined) === (identity === undefined)) {
    throw new CliError('CLI.USAGE', 'name the signer in exactly one way', {
      hints: [
        'A key: --key cosign.pub',
        'An identity: --certificate-identity, --certificate-oidc-issuer and --trusted-root, all three',
      ],
    });
  }
  if (identity && trustedRoot === undefined) {
    throw new CliError('CLI.USAGE', '--certificate-identity needs --trusted-root', {
      hints: ['`cosign trusted-root create --out trusted_root.json` writes the one of the public Sigstore.'],
    });
  }
  return {
    keys: key === undefined ? [] : loadPublicKeys(await readText(key)),
    ...(identity && { identities: [identity] }),
    ...(trustedRoot !== undefined && { root: loadTrustRoot(await readText(trustedRoot)) }),
  };
}

function identityOf(options: TrustOptions): TrustedIdentity | undefined {
  const { certificateIdentity: subject, certificateOidcIssuer: issuer } = options;
  if (subject === undefined && issuer === undefined) return undefined;
  if (subject === undefined || issuer === undefined) {
    throw new CliError('CLI.USAGE', '--certificate-identity and --certificate-oidc-issuer need each other');
  }
  try {
    checkTrustedIdentity({ issuer, subject });
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
    throw new CliError('CLI.USAGE', cause.message, { cause });
  }
  return { issuer, subject };
}
