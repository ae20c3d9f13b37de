import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { waitUntil } from '../support/wait-until.js';
import { type DocumentService, runDocument } from './document.runner.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atom-runner-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

class Greeter implements DocumentService {
  static running = 0;
  private readonly names: string[] = [];
  constructor() {
    Greeter.running += 1;
  }
  start(_folder: string, { NAME = '' }: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    this.names.push(NAME);
    return Promise.resolve({ GREETING: `hello ${this.names.join(' and ')}` });
  }
  stop(): Promise<void> {
    Greeter.running -= 1;
    return Promise.resolve();
  }
}

async function run(...lines: string[]) {
  const file = path.join(folder, 'doc.md');
  await writeFile(file, lines.join('\n'));
  return runDocument(file, { programs: { say: '/bin/echo' }, services: { greeter: () => new Greeter() } });
}
const output = (...lines: string[]) => ['```console output', ...lines, '```'];

describe('a document that is run', () => {
  it('is one terminal: folder, variables and files stay from command to command', async () => {
    const files = ['<!-- file: deep/a.txt -->', '', '```text', 'content', '```'];
    const commands = output('$ cd deep && export NAME=b', '$ cat a.txt; echo $NAME', 'content', 'b', '$ say it', 'it');
    expect((await run(...files, ...commands)).map(({ line }) => line)).toEqual([7, 8, 11]);
  });

  it('gets the environment of what it starts, which is stopped at its end', async () => {
    await run('<!-- start: greeter NAME=you -->', ...output('$ echo $GREETING', 'hello you'));
    await expect(run('<!-- start: greeter -->', ...output('$ exit 1'))).rejects.toThrow();
    expect(Greeter.running).toBe(0);
  });

  it('starts with the variables of the terminal, which have to be set', async () => {
    const start = '<!-- start: greeter NAME=$NAME -->';
    await run(...output('$ NAME=you'), start, ...output('$ echo $GREETING', 'hello you'));
    await expect(run('', start)).rejects.toThrow('doc.md:2: <!-- start -->\n');
  });

  it('may start the same again, which goes on with what it has', async () => {
    const [first, second] = ['<!-- start: greeter NAME=you -->', '<!-- start: greeter NAME=me -->'];
    await run(first, second, ...output('$ echo $GREETING', 'hello you and me'));
    expect(Greeter.running).toBe(0);
  });

  it('sees what is printed to both streams, in the order of a terminal', async () => {
    await run(...output('$ echo one; echo two >&2; echo three', 'one', 'two', 'three'));
  });

  it('goes on after a command that has to fail and does', async () => {
    await run(...output('$ ! ls nowhere', 'ls: …', '$ ! false | true', '$ echo on', 'on'));
  });

  it.each([
    ['a command fails', ['$ true', '$ echo why; exit 7'], 'doc.md:3: $ echo why; exit 7\nit failed. It printed:\nwhy'],
    ['a part of a pipe fails', ['$ false | true'], 'doc.md:2: $ false | true\nit failed'],
    ['a variable is not set', ['$ echo $NOTHING'], 'doc.md:2'],
    ['a command is not known', ['$ nothing-of-the-kind'], 'doc.md:2'],
    ['a command succeeds that has to fail', ['$ ! true'], 'doc.md:2: $ true\nit had to fail'],
    ['other output is promised', ['$ echo one', 'two'], 'other output than was printed:\none'],
    ['no output is promised', ['$ echo one'], 'other output than was printed:\none'],
  ])('fails with the place when %s', async (_, lines, message) => {
    await expect(run(...output(...lines))).rejects.toThrow(message);
  });

  it('fails with the place when it starts what there is not', async () => {
    await expect(run('', '<!-- start: nobody -->')).rejects.toThrow('doc.md:2');
  });

  it('has no way to the network and no home but its own', async () => {
    await run(...output('$ echo $HTTPS_PROXY', 'http://127.0.0.1:1', '$ ls -A $HOME', 'bin', 'work'));
  });

  it.each([
    ['at its end', []],
    ['where it fails', ['$ exit 1']],
  ])('leaves nothing behind %s: no folder, no process', async (_, last) => {
    const left = path.join(folder, 'left');
    const commands = [`$ echo $HOME > ${left}; sleep 600 >/dev/null 2>&1 &`, `$ echo $! >> ${left}`];
    await run(...output(...commands, ...last)).catch(() => undefined);
    const [home = '', process = ''] = (await readFile(left, 'utf8')).split('\n');
    await expect(access(home)).rejects.toMatchObject({ code: 'ENOENT' });
    await waitUntil('the process has gone', () => !isRunning(Number(process)));
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
