import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';

import { ADMIN_TOKEN, type RegistryApp, startRegistry } from '../registry/registry.app.js';

jest.setTimeout(300_000); // two dozen processes on a busy machine

const root = path.resolve(import.meta.dirname, '../..');
let folder: string;
let registry: RegistryApp;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atom-docs-'));
  await mkdir(path.join(folder, 'bin'));
  const script = `#!/bin/sh\nexec '${process.execPath}' '${path.join(root, 'dist/cli/atomctl.js')}' "$@"\n`;
  await writeFile(path.join(folder, 'bin/atomctl'), script, { mode: 0o755 });
  registry = await startRegistry('');
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a shell script that stops at the first command that fails. */
async function shell(script: string): Promise<{ code: number | null; output: string }> {
  const env = {
    PATH: [path.join(folder, 'bin'), process.env['PATH']].join(path.delimiter),
    ATOM_URL: registry.url,
    ATOM_TOKEN: ADMIN_TOKEN,
  };
  const child = spawn('sh', ['-eu'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: 290_000 });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.end(script);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

it('every command of docs/trust.md does what the page says, from the first to the last', async () => {
  const page = await readFile(path.join(root, 'docs/trust.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(5);
  const { code, output } = await shell(blocks.join('\n'));
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain('trust.yaml: ok 2 keys, 0 identities, policies that do what their checks say: web');
  expect(output).toContain('Registered before');
  expect(output.match(/^BELIEVED: /gm)).toHaveLength(4);
  expect(output).toMatch(/trust-key\.revoke +trust\/keys\/team-2026 +laptop stolen, SEC-42$/m);
  expect(await registry.send('GET', '/v1/trust/keys/team-2026')).toMatchObject({ body: { state: 'revoked' } });
});
