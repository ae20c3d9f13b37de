import { CliError } from './cli.errors.js';
import { readText, readTextIfPresent } from './local.files.js';

/** Options of the commands that need an existing signature. */
export interface SignatureOptions {
  readonly bundle?: string;
  readonly signature?: string;
}

/** Options of the commands that send all signatures of a file. */
export interface SignaturesOptions {
  readonly bundle?: readonly string[];
  readonly signature?: readonly string[];
}

export interface SignatureFile {
  readonly kind: 'bundle' | 'signature';
  readonly path: string;
  readonly text: string;
}

/** Where `sign` puts a bundle and where `verify` and `push` look for one; the second and later ones carry their number. */
export function bundlePathOf(file: string, number = 1): string {
  return number === 1 ? `${file}.sigstore.json` : `${file}.${number}.sigstore.json`;
}

/** As bundlePathOf, for a bare signature. */
export function barePathOf(file: string, number = 1): string {
  return number === 1 ? `${file}.sig` : `${file}.${number}.sig`;
}

/** The signatures that were named, all of them; without any, the one beside the file. */
export async function findSignatures(
  file: string,
  { bundle = [], signature = [] }: SignaturesOptions,
): Promise<SignatureFile[]> {
  if (bundle.length + signature.length === 0) return [await findSignature(file, {})];
  const read = (kind: SignatureFile['kind'], paths: readonly string[]): Promise<SignatureFile>[] =>
    paths.map(async (path) => ({ kind, path, text: await readText(path) }));
  return Promise.all([...read('bundle', bundle), ...read('signature', signature)]);
}

/** The signature that was named, else the bundle beside the file, else the bare signature beside it. */
export async function findSignature(file: string, options: SignatureOptions): Promise<SignatureFile> {
  const { bundle, signature } = options;
  if (bundle !== undefined && signature !== undefined) {
    throw new CliError('CLI.USAGE', '--bundle and --signature exclude each other');
  }
  if (bundle !== undefined) return { kind: 'bundle', path: bundle, text: await readText(bundle) };
  if (signature !== undefined) return { kind: 'signature', path: signature, text: await readText(signature) };
  const beside = await signatureBeside(file);
  if (beside) return beside;
  throw new CliError('CLI.FILE', `${file} has no signature beside it`, {
    hints: [
      `Looked for ${bundlePathOf(file)} and ${barePathOf(file)}.`,
      `Sign it with \`atomctl sign ${file} --key cosign.key\`, or name the signature with --bundle or --signature.`,
    ],
  });
}

/** The bundle beside the file, else the bare signature beside it, else undefined. */
export async function signatureBeside(file: string): Promise<SignatureFile | undefined> {
  for (const [kind, path] of [
    ['bundle', bundlePathOf(file)],
    ['signature', barePathOf(file)],
  ] as const) {
    const text = await readTextIfPresent(path);
    if (text !== undefined) return { kind, path, text };
  }
  return undefined;
}
