import { createHash } from 'node:crypto';

import { readArchive } from '../archive/archive.reader.js';
import { isGzip } from '../archive/gzip.js';
import { isJsonObject } from '../json.js';
import { LIMITS } from '../reader/limits.js';
import { readText } from '../reader/text.js';
import { readYaml } from '../reader/yaml.reader.js';
import { validateDocument } from '../schema/wpk.schema.js';
import { WpkError, type WpkProblem } from '../wpk.error.js';
import { checkPackage } from './package.checks.js';
import type { PackageDocument } from './package.document.js';
import { checkExpressions } from './package.expressions.js';
import { ARCHIVE_MEDIA_TYPE, type PackageFile, YAML_MEDIA_TYPE } from './package.file.js';
import { normalisePackage } from './package.normaliser.js';

/**
 * Reads the bytes of a package, YAML or tarball, and checks all that can be checked without a server. The signature is not
 * looked at. Throws {@link WpkError} `WPK.MALFORMED`, `WPK.ARCHIVE`, `WPK.TOO_LARGE`, `WPK.SCHEMA` or `WPK.EXPRESSION`; the
 * problems carry pointers and lines of the YAML. What this version cannot execute passes: see `requireSupported`.
 */
export async function readPackage(bytes: Uint8Array): Promise<PackageFile> {
  if (!isGzip(bytes)) return { ...readDocument(bytes), digest: digestOf(bytes), mediaType: YAML_MEDIA_TYPE, files: [] };
  const entries = await readArchive(bytes, (path) => path === 'wpk.yaml' || path === 'README.md');
  const find = (path: string): Uint8Array | undefined => entries.find((entry) => entry.path === path)?.bytes;
  const yaml = find('wpk.yaml');
  if (!yaml) {
    const hint = 'The package document has exactly this name.';
    throw WpkError.of('WPK.ARCHIVE', 'The archive has no wpk.yaml at its root.', { hint });
  }
  const readme = find('README.md');
  return {
    ...readDocument(yaml),
    digest: digestOf(bytes),
    mediaType: ARCHIVE_MEDIA_TYPE,
    files: entries.map(({ path }) => path),
    ...(readme ? { readme: readReadme(readme) } : {}),
  };
}

/** Asked for last: what has too many bytes is refused before anything looks at all of them. */
function digestOf(bytes: Uint8Array): PackageFile['digest'] {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function readReadme(bytes: Uint8Array): string {
  try {
    return readText(bytes, LIMITS.yamlBytes);
  } catch (cause) {
    if (!(cause instanceof WpkError)) throw cause;
    const problems = cause.problems.map((problem) => ({ ...problem, detail: `README.md: ${problem.detail}` }));
    throw new WpkError(cause.code, problems, { cause });
  }
}

function readDocument(bytes: Uint8Array): Pick<PackageFile, 'package' | 'document' | 'locate'> {
  const { value, source } = readYaml(bytes);
  const faults = [...embeddedSignature(value), ...validateDocument(value)];
  if (faults.length > 0) throw new WpkError('WPK.SCHEMA', source.place(faults));
  // The schema has just said that it is one.
  const document = value as PackageDocument;
  const mistakes = checkPackage(document);
  const expressions = checkExpressions(document);
  if (mistakes.length + expressions.length > 0) {
    const code = mistakes.length > 0 ? 'WPK.SCHEMA' : 'WPK.EXPRESSION';
    throw new WpkError(code, source.place([...mistakes, ...expressions]));
  }
  return { package: normalisePackage(document), document, locate: (pointer) => source.locate(pointer) };
}

/** People know it from other formats; it is said before what the schema says of an unknown member. */
function embeddedSignature(value: unknown): WpkProblem[] {
  const metadata = isJsonObject(value) ? value['metadata'] : undefined;
  if (!isJsonObject(metadata) || !Object.hasOwn(metadata, 'signature')) return [];
  const detail = 'A signature inside the package is not supported: it cannot cover itself.';
  const hint =
    'Remove metadata.signature, sign the file (atomctl sign or cosign sign-blob) and send the bundle beside it.';
  return [{ pointer: '/metadata/signature', detail, hint }];
}
