import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { aSigner, type Signer } from '../builders/signed-package.js';
import { ADMIN_TOKEN, type RegistryApp, startRegistry } from '../registry/registry.app.js';
import { atomctl, type Ended } from './atomctl.process.js';
import { aSignedFile, aTrustFile } from './signed.files.js';

jest.setTimeout(120_000); // processes on a busy machine

const [old, successor, lead, stranger] = [aSigner(), aSigner(), aSigner(), aSigner()];
let registry: RegistryApp;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atomctl-trust-'));
  registry = await startRegistry('');
  const keys = { old, successor, lead, stranger };
  for (const [name, signer] of Object.entries(keys)) await write(`${name}.pub`, signer.publicKeyPem);
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
const call = (...args: string[]): Promise<Ended> =>
  atomctl(args, { cwd: folder, env: { ATOM_URL: registry.url, ATOM_TOKEN: ADMIN_TOKEN } });

async function ok(...args: string[]): Promise<Ended> {
  const ended = await call(...args);
  expect({ ...ended, args }).toMatchObject({ code: 0 });
  return ended;
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await ok(...args, '-o', 'json')).stdout) as Record<string, unknown>;
}

const signed = (name: string, version: string, ...signers: Signer[]) =>
  aSignedFile(folder, { name, version }, ...signers);

/** A trust file for `web-*` on disk, with a package of `good` and one of a stranger as its checks. */
async function trustFile(
  name: string,
  keys: Readonly<Record<string, Signer>>,
  any: readonly string[],
  good: readonly Signer[],
  more: { readonly threshold?: number } = {},
): Promise<string> {
  const checks = {
    good: await aSignedFile(folder, { name: 'web-check', version: `1.0.0-${name}` }, ...good),
    bad: await aSignedFile(folder, { name: 'web-check', version: `1.0.0-${name}.bad` }, stranger),
  };
  const pems = Object.fromEntries(Object.entries(keys).map(([key, signer]) => [key, signer.publicKeyPem]));
  await write(`${name}.yaml`, aTrustFile({ keys: pems, names: 'web-*', any, ...more, ...checks }));
  return `${name}.yaml`;
}

describe('a registry that trusts nobody', () => {
  it('says so, and how to change that', async () => {
    const { file } = await signed('web-first', '1.0.0', old);
    expect(await call('push', file)).toMatchObject({ code: 1, stderr: expect.stringContaining('trust keys add') });
    const { stdout } = await ok('trust', 'show');
    expect(stdout).toContain('atomctl trust keys add NAME --key FILE');
  });
});

describe('the rotation of a key', () => {
  it('begins with a policy for the first key, from a file', async () => {
    const file = await trustFile('first', { old }, ['old'], [old]);
    const { stdout, stderr } = await ok('trust', 'policies', 'apply', '-f', file);
    expect(stdout).toBe('first.yaml: 2 steps applied\n');
    expect(stderr).toBe('key old: added\npolicy web: in force\n');
    expect((await ok('trust', 'policies', 'list')).stdout).toMatch(/^web +web-\* +1 of old$/m);
    for (const version of ['1.0.0', '1.1.0']) await ok('push', (await signed('web-restart', version, old)).file);
  });

  it('goes on with the new key beside it: the same bytes, signed again', async () => {
    const both = await trustFile('both', { old, successor }, ['old', 'successor'], [successor]);
    expect((await ok('trust', 'policies', 'apply', '-f', both)).stderr).toContain('key successor: added\n');
    const { file } = await signed('web-restart', '1.0.0', successor);
    expect((await ok('push', file)).stderr).toContain('Registered before');
    const { signatures } = await json('get', 'web-restart@1.0.0');
    expect(signatures).toMatchObject([{ signer: { keyId: old.keyId } }, { signer: { keyId: successor.keyId } }]);
  });

  it('takes nothing new of the old key once it is retired, and helps whoever still uses it', async () => {
    const retired = await json('trust', 'keys', 'retire', 'old', '--reason', 'yearly rotation');
    expect(retired).toMatchObject({ name: 'old', state: 'retired', reason: 'yearly rotation' });
    const refused = await call('push', (await signed('web-restart', '1.2.0', old)).file);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    for (const text of ['signer-not-trusted', 'retired (yearly rotation)', 'atomctl trust show', 'atomctl explain']) {
      expect(refused.stderr).toContain(text);
    }
    expect(refused.stderr).not.toContain('role');
    expect((await ok('explain', 'web-restart@1.1.0')).stdout).toMatch(/^BELIEVED: /m);
  });

  it('ends with the old key revoked: what only it signed is not believed, and explain says why', async () => {
    await ok('trust', 'keys', 'revoke', 'old', '--reason', 'laptop stolen');
    const { code, stdout } = await call('explain', 'web-restart@1.1.0');
    expect(code).toBe(1);
    expect(stdout).toMatch(/does not count: bundle of key .*\n +The signer 'old' was revoked \(laptop stolen\)/);
    expect(stdout).toMatch(/^ +not satisfied: web wants 1 of old, successor; satisfied by nobody$/m);
    expect(stdout).toMatch(/^REFUSED: .*\(key-revoked\)$/m);
    expect((await ok('explain', 'web-restart@1.0.0')).stdout).toMatch(/^ +satisfied: web .*by successor$/m);
    const refused = await call('push', (await signed('web-restart', '1.2.0', old)).file);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('key-revoked') });
  });

  it('is not undone by the file of before', async () => {
    const before = await json('trust', 'show');
    const { code, stdout, stderr } = await call('trust', 'policies', 'apply', '-f', 'both.yaml');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain("'old' is active in the file and revoked on the server");
    expect(await json('trust', 'show')).toEqual(before);
  });

  it('is on record, the newest first', async () => {
    const { stdout } = await ok('audit', '--subject', 'trust/keys/old');
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[2])).toEqual([
      ...['ACTION', 'trust-key.revoke', 'trust-key.retire', 'trust-key.add', undefined],
    ]);
    expect(stdout).toMatch(/bootstrap +trust-key\.revoke +trust\/keys\/old +laptop stolen$/m);
    const { items } = await json('audit', '--action', 'trust-policy.put', '--actor', 'bootstrap', '--limit', '1');
    expect(items).toMatchObject([{ action: 'trust-policy.put', subject: 'trust/policies/web' }]);
  });
});

describe('explain', () => {
  it('tells of a file what would become of it, and stores nothing', async () => {
    const good = await signed('web-explained', '1.0.0', successor);
    expect(await json('explain', good.file)).toMatchObject({
      ...{ name: 'web-explained', version: '1.0.0', accepted: true },
      signatures: [{ kind: 'bundle', counts: true, entries: ['successor'] }],
      policies: [{ name: 'web', satisfied: true, satisfiedBy: ['successor'] }],
    });
    expect((await call('get', 'web-explained')).code).toBe(1);
  });

  it('takes a file that nobody signed, and names that are neither file nor version', async () => {
    const { file } = await signed('web-unsigned', '1.0.0');
    const { code, stdout } = await call('explain', file, '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      accepted: false,
      problem: { code: 'signature-missing' },
      signatures: [],
    });
    expect(await call('explain', './none.yaml')).toMatchObject({ code: 1, stdout: '' });
    expect(await call('explain', 'web-none@1.0.0')).toMatchObject({ code: 1, stdout: '' });
    expect((await call('explain', 'web-restart@1.0.0', '--bundle', 'x')).code).toBe(2);
  });
});

describe('a policy that wants two signers', () => {
  it('takes a package with both bundles and no other', async () => {
    const file = await trustFile('two', { successor, lead }, ['successor', 'lead'], [successor, lead], {
      threshold: 2,
    });
    await ok('trust', 'policies', 'apply', '-f', file);
    const { file: package_, bundles } = await signed('web-two', '1.0.0', successor, lead);
    const one = await call('push', package_);
    expect(one).toMatchObject({ code: 1, stdout: '' });
    expect(one.stderr).toContain("Policy 'web' wants 2 of: successor, lead; there is successor.");
    expect(one.stderr).toContain('--bundle ONE --bundle ANOTHER');
    const named = bundles.flatMap((bundle) => ['--bundle', bundle]);
    expect((await call('explain', package_, ...named)).code).toBe(0);
    const { stderr } = await ok('push', package_, ...named);
    expect(stderr).toContain(bundles[1]);
    expect((await json('get', 'web-two'))['signatures']).toHaveLength(2);
  });
});

describe('a trust file', () => {
  it.each([
    ['whose good package would be refused', [stranger], /good package would be refused/],
    ['whose bad package would be accepted', [successor], /bad package would be accepted/],
  ])('%s is not applied, and the place is shown', async (_what, good, words) => {
    const file = await trustFile('failing', { successor, stranger }, ['successor'], good);
    if (good.includes(successor)) {
      const bad = await signed('web-check', '1.0.0-failing.bad', successor);
      expect(bad.bundles).toHaveLength(1);
    }
    const before = await json('trust', 'show');
    for (const command of [
      ['trust', 'policies', 'apply', '-f', file],
      ['trust', 'policies', 'apply', '-f', file, '--dry-run'],
      ['trust', 'test', '-f', file],
    ]) {
      const { code, stdout } = await call(...command);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^failing\.yaml:\d+:\d+: Policy 'web'/m);
      expect(stdout).toMatch(words);
    }
    expect(await json('trust', 'show')).toEqual(before);
  });

  it('is refused by the server as well when it is right by itself and wrong together with what is there', async () => {
    // The policy `web`, which stays, wants two signers for the same names.
    const file = await trustFile('more', { successor }, ['successor'], [successor]);
    await write(
      'more.yaml',
      (await readFile(path.join(folder, file), 'utf8')).replace('"name": "web"', '"name": "more"'),
    );
    expect((await ok('trust', 'test', '-f', file)).stdout).toContain('policies that do what their checks say: more');
    const { code, stdout, stderr } = await call('trust', 'policies', 'apply', '-f', file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('trust-policy-fails');
    expect(stderr).toContain('It failed at: policy more: in force; nothing was changed.');
  });

  it('is tried out without a server', async () => {
    const file = await trustFile('offline', { old, lead }, ['old'], [old]);
    const tried = await atomctl(['trust', 'test', '-f', file, '-o', 'json'], { cwd: folder });
    expect(tried).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(tried.stdout)).toEqual({ valid: true, file, policies: ['web'], keys: 2, identities: 0 });
  });

  it.each([
    ['a key that is none', (text: string) => text.replace('BEGIN PUBLIC KEY', 'BEGIN PUBLIC BAR'), '/keys/0/publicKey'],
    [
      'a signer that it does not have',
      (text: string) => text.replace('"key": "old"', '"key": "odl"'),
      '/policies/0/any/0/key',
    ],
    [
      'a check that is not there',
      (text: string) => text.replace('1.0.0-wrong.wpk', '1.0.1.wpk'),
      '/policies/0/checks/good/package',
    ],
    ['a member that is unknown', (text: string) => text.replace('"threshold"', '"treshold"'), '/policies/0/treshold'],
  ])('with %s is refused at its place', async (_what, spoil, pointer) => {
    const file = await trustFile('wrong', { old }, ['old'], [old]);
    await write(file, spoil(await readFile(path.join(folder, file), 'utf8')));
    const { code, stdout } = await atomctl(['trust', 'test', '-f', file, '-o', 'json'], { cwd: folder });
    expect(code).toBe(1);
    const { valid, problems } = JSON.parse(stdout) as { valid: boolean; problems: { pointer: string; line: number }[] };
    expect(valid).toBe(false);
    expect(problems.map((problem) => problem.pointer)).toContain(pointer);
    expect(problems.every(({ line }) => line > 0)).toBe(true);
  });
});

describe('trust keys and identities', () => {
  it('are added with their times, and listed', async () => {
    const added = await json('trust', 'keys', 'add', 'guest', '--key', 'stranger.pub', '--not-after', '2099-01-01');
    expect(added).toEqual({
      ...{ name: 'guest', state: 'active', keyId: stranger.keyId, publicKey: stranger.publicKeyPem },
      notAfter: '2099-01-01T00:00:00.000Z',
    });
    const { stdout } = await ok('trust', 'keys', 'list');
    expect(stdout).toMatch(/^guest +active +- +to 2099-01-01T00:00:00\.000Z +\S{44}$/m);
    expect(stdout).toMatch(/^old +revoked +\S+ \(laptop stolen\) +always +\S{44}$/m);
    const identity = ['--issuer', 'https://issuer.example', '--subject', 'https://ci.example/acme/*'];
    await ok('trust', 'identities', 'add', 'release', ...identity);
    await ok('trust', 'identities', 'revoke', 'release', '--reason', 'moved');
    expect((await ok('trust', 'identities', 'list')).stdout).toMatch(
      /^release +revoked +\S+ \(moved\) +always +https/m,
    );
  });

  it.each([
    [['trust', 'keys', 'add', 'guest-2', '--key', 'stranger.pub', '--not-after', '2099-01-01T00:00'], 2],
    [['trust', 'keys', 'add', 'guest-2'], 2],
    [['trust', 'keys', 'revoke', 'guest'], 2],
    [['trust', 'keys', 'retire', '..'], 2],
    [['trust', 'keys', 'revoke', 'nobody', '--reason', 'x'], 1],
    [['trust', 'keys', 'add', 'guest', '--key', 'lead.pub'], 1],
    [['trust'], 2],
    [['trust', 'keys', 'lst'], 2],
  ])('%j ends with %i and says nothing on stdout', async (args, code) => {
    const ended = await call(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).not.toBe('');
  });

  it('never send a private key that was named by mistake', async () => {
    await atomctl(['keygen', '--out-prefix', 'mine'], { cwd: folder, env: { COSIGN_PASSWORD: '' } });
    const { code, stderr } = await atomctl(['trust', 'keys', 'add', 'mine', '--key', 'mine.key'], {
      cwd: folder,
      env: { ATOM_URL: 'http://127.0.0.1:9', ATOM_TOKEN: 't' },
    });
    expect(code).toBe(1); // 3 would mean that it was on its way
    expect(stderr).toContain('This is a private key');
  });
});

describe('trust policies remove', () => {
  it('takes a policy away, once', async () => {
    expect(await json('trust', 'policies', 'remove', 'web')).toEqual({ name: 'web', removed: true });
    const { code, stderr } = await call('trust', 'policies', 'remove', 'web');
    expect(code).toBe(1);
    expect(stderr).toContain('trust-not-found');
    expect((await ok('trust', 'policies', 'list')).stdout).toContain('No policies');
  });
});

describe('a registry whose trust comes from a file', () => {
  it('is shown, and changed in its file only', async () => {
    const file = await trustFile('deployed', { old }, ['old'], [old]);
    const fixed = await startRegistry('', { TRUST_FILE: path.join(folder, file) });
    const ask = (...args: string[]): Promise<Ended> =>
      atomctl(args, { cwd: folder, env: { ATOM_URL: fixed.url, ATOM_TOKEN: ADMIN_TOKEN } });
    expect((await ask('trust', 'show')).stdout).toMatch(/^managed by: +the file of TRUST_FILE$/m);
    for (const args of [
      ['trust', 'policies', 'apply', '-f', file],
      ['trust', 'keys', 'revoke', 'old', '--reason', 'x'],
    ]) {
      expect(await ask(...args)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('atomctl trust test'),
      });
    }
    await fixed.close();
  });
});
