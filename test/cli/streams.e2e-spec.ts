import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(60_000); // processes on a busy machine

const entry = path.resolve(import.meta.dirname, '../../dist/cli/atomctl.js');

/** `$0` is atomctl, as the last part of a line for the shell. */
function shell(line: string): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line, `${process.execPath} ${entry}`], {
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

describe('a result that nobody takes', () => {
  it('is no failure when the reader has seen enough', () => {
    const { code, stdout, stderr } = shell('$0 completion bash | head -c 1; exit ${PIPESTATUS[0]}');
    expect({ code, length: stdout.length, stderr }).toEqual({ code: 0, length: 1, stderr: '' });
  });

  it('is a failure in one line when the disk is full', () => {
    const { code, stderr } = shell('$0 completion bash > /dev/full');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: the result cannot be written: ENOSPC.+\n$/);
  });
});
