import { readdir, readFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';

import { readDocument } from './console-blocks.js';
import { findParts, missingFor } from './document.parts.js';
import { runDocument } from './document.runner.js';

/** What readers type in these documents is run; the numbers are of commands, so that none gets lost unnoticed. */
const DOCUMENTS = [
  { file: 'docs/oci.md', atLeast: 25 },
  { file: 'docs/packages.md', atLeast: 30 },
  { file: 'docs/signing.md', atLeast: 80 },
  { file: 'docs/trust.md', atLeast: 48 },
  { file: 'docs/vault.md', atLeast: 23 },
] as const;

const parts = await findParts();

describe.each(DOCUMENTS)('$file', ({ file, atLeast }) => {
  it('does what it says, command by command', async () => {
    const text = await readFile(file, 'utf8');
    const missing = missingFor(readDocument(text), parts);
    if (missing.length > 0) {
      console.warn(`${file} was not executed. ${missing.join(' ')}`);
      return;
    }
    const ran = await runDocument(file, parts);
    const shown = ran.filter(({ hidden }) => !hidden).map(({ line }) => line);
    expect(shown).toEqual(linesOfCommands(text));
    expect(shown.length).toBeGreaterThanOrEqual(atLeast);
  }, 600_000);
});

/** Counted apart from the reader that the runner uses: every line that looks like a command to a person. */
function linesOfCommands(text: string): number[] {
  return text.split('\n').flatMap((line, index) => (/^\s*\$ /.test(line) ? [index + 1] : []));
}

it('leaves out no document that tells its reader to type something', async () => {
  // test/deploy follows the first, which needs containers; nothing runs the second, which needs a cluster.
  const elsewhere = ['docs/compose.md', 'docs/helm.md'];
  const files = (await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
  const typed = texts.filter(([, text]) => /^\s*(```|~~~) *(console|sh|bash|shell)/m.test(text)).map(([file]) => file);
  expect(typed.sort()).toEqual([...DOCUMENTS.map(({ file }) => file), ...elsewhere].sort());
});
