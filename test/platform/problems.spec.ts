import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { API_PROBLEMS } from '../../src/api.module.js';
import type { ProblemTypes } from '../../src/platform/errors/domain.error.js';
import { HTTP_PROBLEMS } from '../../src/platform/http/http.problems.js';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/problems.md'), 'utf8');

interface Entry {
  readonly code: string;
  readonly text: string;
}

/** A heading per code, then `**status** title`, what it means, and `Next: ` what to do. */
const entries: readonly Entry[] = page.split(/^(?=#{2,3} )/m).flatMap((section) => {
  const code = /^### `(?<code>.+)`$/m.exec(section)?.groups?.['code'];
  return code === undefined ? [] : [{ code, text: section }];
});
const tables: readonly ProblemTypes[] = [HTTP_PROBLEMS, ...API_PROBLEMS];
const problems = tables.flatMap((table) => Object.entries(table));

describe('docs/problems.md', () => {
  it('has every problem of the API once, and no other', () => {
    const documented = entries.map(({ code }) => code).sort();
    expect(documented).toEqual(problems.map(([code]) => code).sort());
  });

  it.each(problems)('says of %s its status and title, what it means and what to do next', (code, { status, title }) => {
    const paragraphs =
      entries
        .find((entry) => entry.code === code)
        ?.text.trim()
        .split('\n\n') ?? [];
    expect(paragraphs).toEqual([
      `### \`${code}\``,
      `**${status}** ${title}`,
      expect.stringMatching(/^(?!Next: ).+\.$/s),
      expect.stringMatching(/^Next: .+\.$/s),
    ]);
  });
});
