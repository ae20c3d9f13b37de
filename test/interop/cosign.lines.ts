import { PACKAGE_PREDICATE_TYPE } from '../../src/wpk/index.js';
import type { CosignMajor } from './cosign.js';

/** The arguments of one command, given the names of files. */
type Line = (key: string, signature: string, blob: string) => readonly string[];

/** The command lines of docs/signing.md without a log; they differ between the major versions. */
export interface CosignLines {
  readonly signBundle: Line;
  readonly signBare: Line;
  /** What the package is called stands in predicate.json. */
  readonly attest: Line;
  readonly verifyBundle: Line;
  readonly verifyBare: Line;
  readonly verifyAttestation: Line;
  /** A bundle in the format before Sigstore's. */
  readonly signOldBundle: Line;
}

const NO_LOG = ['--signing-config', 'no-log.json', '--trusted-root', 'no-root.json'];
const ABOUT = ['--predicate', 'predicate.json', '--type', PACKAGE_PREDICATE_TYPE];
const IGNORE_LOG = '--insecure-ignore-tlog=true';
/** cosign 2 does not look for the bundle's format, and wants a trusted root even where it trusts a key only. */
const NEW = ['--new-bundle-format', '--trusted-root', 'no-root.json'];
const OLD = ['--new-bundle-format=false', '--use-signing-config=false'];

const verifyBare: Line = (key, signature, blob) => [
  ...['verify-blob', '--key', key, '--signature', signature, IGNORE_LOG, blob],
];

export const COSIGN_LINES: Readonly<Record<CosignMajor, CosignLines>> = {
  3: {
    signBundle: (key, bundle, blob) => ['sign-blob', '--key', key, ...NO_LOG, '--bundle', bundle, blob],
    signBare: (key, signature, blob) => [
      ...['sign-blob', '--key', key, ...OLD, '--tlog-upload=false', '--output-signature', signature, blob],
    ],
    attest: (key, bundle, blob) => ['attest-blob', '--key', key, ...ABOUT, ...NO_LOG, '--bundle', bundle, blob],
    verifyBundle: (key, bundle, blob) => ['verify-blob', '--key', key, '--bundle', bundle, IGNORE_LOG, blob],
    verifyBare,
    verifyAttestation: (key, bundle, blob) => [
      ...['verify-blob-attestation', '--key', key, '--bundle', bundle],
      ...['--type', PACKAGE_PREDICATE_TYPE, IGNORE_LOG, blob],
    ],
    signOldBundle: (key, bundle, blob) => [
      ...['sign-blob', '--key', key, ...OLD, '--tlog-upload=false', '--bundle', bundle, blob],
    ],
  },
  2: {
    signBundle: (key, bundle, blob) => [
      ...['sign-blob', '--key', key, '--tlog-upload=false', '--new-bundle-format', '--bundle', bundle, blob],
    ],
    signBare: (key, signature, blob) => [
      ...['sign-blob', '--key', key, '--tlog-upload=false', '--output-signature', signature, blob],
    ],
    attest: (key, bundle, blob) => [
      ...[
        'attest-blob',
        '--key',
        key,
        ...ABOUT,
        '--tlog-upload=false',
        '--new-bundle-format',
        '--bundle',
        bundle,
        blob,
      ],
    ],
    verifyBundle: (key, bundle, blob) => ['verify-blob', '--key', key, '--bundle', bundle, ...NEW, IGNORE_LOG, blob],
    verifyBare,
    verifyAttestation: (key, bundle, blob) => [
      ...['verify-blob-attestation', '--key', key, '--bundle', bundle, ...NEW],
      ...['--type', PACKAGE_PREDICATE_TYPE, IGNORE_LOG, blob],
    ],
    signOldBundle: (key, bundle, blob) => [
      ...['sign-blob', '--key', key, '--tlog-upload=false', '--bundle', bundle, blob],
    ],
  },
};
