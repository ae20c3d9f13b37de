import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { aPackage, type PackageOptions, type Signer } from '../builders/signed-package.js';

export interface SignedFile {
  /** Name in the folder. */
  readonly file: string;
  readonly bytes: Buffer;
  /** Names of the bundles, in the order of the signers. */
  readonly bundles: readonly string[];
}

/** Writes a package and a bundle of each signer: the first beside the file, where it is looked for, others by their number. */
export async function aSignedFile(
  folder: string,
  options: PackageOptions,
  ...signers: readonly Signer[]
): Promise<SignedFile> {
  const bytes = aPackage(options);
  const file = `${options.name ?? 'demo'}-${options.version ?? '1.0.0'}.wpk.yaml`;
  await writeFile(path.join(folder, file), bytes);
  const bundles = signers.map((_signer, at) =>
    at === 0 ? `${file}.sigstore.json` : `${file}.${at + 1}.sigstore.json`,
  );
  for (const [at, signer] of signers.entries()) {
    await writeFile(path.join(folder, bundles[at] ?? ''), signer.bundle(bytes));
  }
  return { file, bytes, bundles };
}

/** Text of a trust file with one policy, whose checks lie beside it as good.wpk.yaml and bad.wpk.yaml with a bundle each. */
export function aTrustFile(options: {
  readonly keys: Readonly<Record<string, string>>;
  readonly names: string;
  readonly any: readonly string[];
  readonly threshold?: number;
  readonly good: SignedFile;
  readonly bad: SignedFile;
}): string {
  const { keys, names, any, threshold = 1, good, bad } = options;
  const document = {
    ...{ apiVersion: 'atom.dev/v1', kind: 'Trust' },
    keys: Object.entries(keys).map(([name, publicKey]) => ({ name, publicKey })),
    policies: [
      {
        ...{ name: 'web', names: [names], any: any.map((key) => ({ key })), threshold },
        checks: {
          good: { package: good.file, bundles: good.bundles },
          bad: { package: bad.file, bundles: bad.bundles },
        },
      },
    ],
  };
  return JSON.stringify(document, null, 2); // JSON is YAML
}
