import { createHash } from 'node:crypto';

import { readArchive } from '../archive/archive.reader.js';
import { isGzip } from '../archive/gzip.js';
import { LIMITS } from '../reader/limits.js';
import { readText } from '../reader/text.js';
import { readYaml } from '../reader/yaml.reader.js';
import { validateDocument } from '../schema/wpk.schema.js';
import { WpkError } from '../wpk.error.js';
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
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const;
  if (!isGzip(bytes)) return { digest, mediaType: YAML_MEDIA_TYPE, ...readDocument(bytes), files: [] };
  const entries = await readArchive(bytes);
  const find = (path: string): Uint8Array | undefined => entries.find((entry) => entry.path === path)?.bytes;
  const yaml = find('wpk.yaml');
  if (!yaml) throw WpkError.of('WPK.ARCHIVE', 'The archive has no wpk.yaml at its root.');
  const readme = find('README.md');
  return {
    digest,
    mediaType: ARCHIVE_MEDIA_TYPE,
    ...readDocument(yaml),
    files: entries.map(({ path }) => path),
    ...(readme ? { readme: readText(readme, LIMITS.yamlBytes) } : {}),
  };
}

function readDocument(bytes: Uint8Array): Pick<PackageFile, 'package' | 'document' | 'locate'> {
  const { value, source } = readYaml(bytes);
  const faults = validateDocument(value);
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
