import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aPackage } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from '../registry/registry.app.js';
import { COSIGN_MAJORS, CosignBench, findCosign } from './cosign.js';
import { COSIGN_LINES, type CosignLines } from './cosign.lines.js';

const ATOMCTL = path.resolve(import.meta.dirname, '../../dist/cli/atomctl.js');

for (const major of COSIGN_MAJORS) {
  const search = await findCosign(major);
  describe(`a package between atomctl, cosign ${major} and the registry`, () => {
    if ('program' in search) compare(search.program, COSIGN_LINES[major]);
    else it('was not compared with cosign', () => console.warn(search.missing));
  });
}

/** One key pair made by atomctl and used by cosign, one made by cosign and used by atomctl; the registry trusts both. */
function compare(program: string, lines: CosignLines): void {
  let cosign: CosignBench;
  let registry: RegistryApp;

  const atomctl = (...args: string[]) =>
    promisify(execFile)(process.execPath, [ATOMCTL, ...args], {
      cwd: cosign.folder,
      env: { PATH: process.env['PATH'], COSIGN_PASSWORD: 'secret' },
    });
  const file = (name: string): Promise<Buffer> => readFile(cosign.path(name));
  const accepts = async (name: string, kind: 'bundle' | 'signature', signature: string): Promise<number> => {
    const response = await registry.upload([
      ['package', await file(name)],
      [kind, await file(signature)],
    ]);
    return response.status;
  };
  const cosignAccepts = (publicKey: string, kind: 'bundle' | 'signature', signature: string, name: string) =>
    cosign.run(...lines[kind === 'bundle' ? 'verifyBundle' : 'verifyBare'](publicKey, signature, name));

  beforeAll(async () => {
    cosign = await CosignBench.open(program);
    await atomctl('keygen', '--out-prefix', 'atomctl');
    await cosign.runWithPassword('secret', 'generate-key-pair', '--output-key-prefix', 'cosign');
    for (const name of ['a', 'b', 'c', 'd']) {
      await cosign.write(`${name}.wpk.yaml`, aPackage({ name, version: '1.0.0' }));
    }

    await cosign.runWithPassword('secret', ...lines.signBundle('atomctl.key', 'a.json', 'a.wpk.yaml'));
    await cosign.runWithPassword('secret', ...lines.signBare('atomctl.key', 'b.sig', 'b.wpk.yaml'));
    await atomctl('sign', 'c.wpk.yaml', '--key', 'cosign.key', '--bundle', 'c.json');
    await atomctl('sign', 'd.wpk.yaml', '--key', 'cosign.key', '--signature', 'd.sig');

    registry = await startRegistry(`${String(await file('atomctl.pub'))}\n${String(await file('cosign.pub'))}`);
  });
  afterAll(async () => {
    await registry.close();
    await cosign.close();
  });

  it.each([
    ['cosign', 'atomctl', 'a.wpk.yaml', 'bundle', 'a.json'],
    ['cosign', 'atomctl', 'b.wpk.yaml', 'signature', 'b.sig'],
    ['atomctl', 'cosign', 'c.wpk.yaml', 'bundle', 'c.json'],
    ['atomctl', 'cosign', 'd.wpk.yaml', 'signature', 'd.sig'],
  ] as const)(
    'signed by %s with a key pair made by %s (%s, %s) is accepted by both',
    async (_by, keys, name, kind, signature) => {
      expect(await accepts(name, kind, signature)).toBe(201);
      await cosignAccepts(`${keys}.pub`, kind, signature, name);
    },
  );

  it('is refused by both when a byte was changed after signing', async () => {
    await cosign.write('t.wpk.yaml', Buffer.concat([await file('a.wpk.yaml'), Buffer.from('#\n')]));
    expect(await accepts('t.wpk.yaml', 'bundle', 'a.json')).toBe(422);
    await expect(cosignAccepts('atomctl.pub', 'bundle', 'a.json', 't.wpk.yaml')).rejects.toThrow();
  });
}
