import { spawnSync } from 'node:child_process';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import { atomctl } from './atomctl.process.js';

jest.setTimeout(60_000); // processes on a busy machine

const program = 'COMP_WORDS=(atomctl "$@"); COMP_CWORD=$#; _atomctl; printf "%s\\n" "${COMPREPLY[@]}"';
let script: string;

beforeAll(async () => {
  script = (await atomctl(['completion', 'bash'])).stdout;
});

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const { stdout } = spawnSync('bash', ['-c', `${script}\n${program}`, 'bash', ...words], { encoding: 'utf8' });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  it.each([
    [['tr'], ['trust']],
    [['trust', 'po'], ['policies']],
    [
      ['trust', 'keys', ''],
      ['list', 'add', 'retire', 'revoke'],
    ],
    [['-o', 'json', 'trust', 'keys', 'revoke', '--rea'], ['--reason']],
    [
      ['oci', 'pu'],
      ['push', 'pull'],
    ],
    [['push', '--b'], ['--bundle']],
  ])('of %j offers %j', (words, expected) => {
    expect(offered(...words)).toEqual(expect.arrayContaining(expected));
    const last = words.at(-1) ?? '';
    expect(offered(...words).every((word) => word.startsWith(last))).toBe(true);
  });

  it('offers files behind a command, and not the name of another command', () => {
    expect(offered('validate', 'package.js')).toEqual(['package.json']);
    expect(offered('run', 'trus')).toEqual([]);
  });
});
