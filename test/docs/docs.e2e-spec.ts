import { readFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';

import { COSIGN_MAJORS, findCosign } from '../interop/cosign.js';
import { runDocument } from './document.runner.js';
import { DOCUMENT_SERVICES } from './document.services.js';

/** What readers type in these documents is run; the numbers are of commands, so that none gets lost unnoticed. */
const DOCUMENTS = [
  { file: 'docs/packages.md', atLeast: 30 },
  { file: 'docs/signing.md', atLeast: 55 },
] as const;

/** `cosign` is version 3 there, `cosign2` version 2. */
const programs: Record<string, string> = {};
const missing: string[] = [];
for (const major of COSIGN_MAJORS) {
  const search = await findCosign(major);
  if ('program' in search) programs[major === 3 ? 'cosign' : `cosign${major}`] = search.program;
  else missing.push(search.missing);
}

describe.each(DOCUMENTS)('$file', ({ file, atLeast }) => {
  it('does what it says, command by command', async () => {
    if (missing.length > 0 && /^\$ (! )?cosign/m.test(await readFile(file, 'utf8'))) {
      console.warn(`${file} was not executed. ${missing.join(' ')}`);
      return;
    }
    const ran = await runDocument(file, { programs, services: DOCUMENT_SERVICES });
    const shown = ran.filter(({ hidden }) => !hidden).map(({ line }) => line);
    expect(shown).toEqual(await linesOfCommands(file));
    expect(shown.length).toBeGreaterThanOrEqual(atLeast);
  }, 300_000);
});

/** Counted apart from the reader that the runner uses: every line that looks like a command to a person. */
async function linesOfCommands(file: string): Promise<number[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((text, index) => (/^\s*\$ /.test(text) ? [index + 1] : []));
}
