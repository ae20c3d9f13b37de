import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { aPair, ISSUER, Sigstore, SUBJECT } from '../builders/sigstore.js';
import { AtomStub, type Seen, sendProblem } from './atom.stub.js';
import { atomctl, type Ended } from './atomctl.process.js';

jest.setTimeout(60_000); // processes on a busy machine

const yaml = `apiVersion: atom.dev/v1
kind: WorkflowPackage
metadata:
  name: look
  version: 1.0.0
spec:
  inputs:
    type: object
    required: [namespace]
    properties:
      namespace: {type: string, maxLength: 63}
  permissions:
    - {apiGroups: [""], resources: [pods], verbs: [get, list], namespaces: ["\${{ inputs.namespace }}"]}
  steps:
    - name: pods
      uses: kubernetes/list
      with: {apiVersion: v1, kind: Pod, namespace: "\${{ inputs.namespace }}"}
      timeout: 30s
`;

/** Two key pairs, made once since making them is slow on purpose. */
let keys: string;
beforeAll(async () => {
  keys = await mkdtemp(path.join(os.tmpdir(), 'atomctl-keys-'));
  const made = { cwd: keys, env: { COSIGN_PASSWORD: '' } };
  await Promise.all(['cosign', 'other'].map((prefix) => atomctl(['keygen', '--out-prefix', prefix], made)));
});
afterAll(() => rm(keys, { recursive: true, force: true }));

let folder: string;
let env: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atomctl-'));
  env = { COSIGN_PASSWORD: '' };
  await writeFile(path.join(folder, 'look.wpk.yaml'), yaml);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const call = (...args: string[]): Promise<Ended> => atomctl(args, { cwd: folder, env });
const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await call(...args, '--output', 'json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
};
const inFolder = (name: string): string => path.join(folder, name);

/** A package folder with things in it that must not be packed. */
async function aFolder(name: string): Promise<string> {
  await mkdir(inFolder(`${name}/manifests`), { recursive: true });
  await mkdir(inFolder(`${name}/.git`));
  await writeFile(inFolder(`${name}/wpk.yaml`), yaml);
  await writeFile(inFolder(`${name}/README.md`), '# Look\n');
  await writeFile(inFolder(`${name}/manifests/b.yaml`), 'b: 1\n');
  await writeFile(inFolder(`${name}/manifests/a.yaml`), 'a: 1\n');
  await writeFile(inFolder(`${name}/cosign.key`), 'SECRET-KEY');
  return inFolder(name);
}

/** The parts of a multipart body (RFC 7578) by name. */
function partsOf(request: Seen | undefined): Map<string, string> {
  const boundary = /boundary=(.+)$/.exec(request?.headers['content-type'] ?? '')?.[1] ?? '';
  const parts = String(request?.body).split(`--${boundary}`).slice(1, -1);
  return new Map(
    parts.map((part) => {
      const [head = '', ...content] = part.split('\r\n\r\n');
      return [/name="([^"]+)"/.exec(head)?.[1] ?? '', content.join('\r\n\r\n').replace(/\r\n$/, '')];
    }),
  );
}

describe('keygen', () => {
  it('makes a pair whose private half only its owner reads', async () => {
    expect(await json('keygen')).toEqual({ privateKey: 'cosign.key', publicKey: 'cosign.pub' });
    expect((await stat(inFolder('cosign.key'))).mode & 0o777).toBe(0o600);
    expect(await readFile(inFolder('cosign.key'), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----/);
    expect(await readFile(inFolder('cosign.pub'), 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  });

  it.each(['cosign.key', 'cosign.pub'])('does not overwrite %s, and writes nothing', async (name) => {
    await writeFile(inFolder(name), 'precious');
    expect((await call('keygen')).code).toBe(1);
    expect(await readFile(inFolder(name), 'utf8')).toBe('precious');
    const other = name === 'cosign.key' ? 'cosign.pub' : 'cosign.key';
    await expect(stat(inFolder(other))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('overwrites with --force, and a private key that others could read no longer is', async () => {
    await writeFile(inFolder('cosign.key'), 'old');
    await chmod(inFolder('cosign.key'), 0o644);
    expect((await call('keygen', '--force')).code).toBe(0);
    expect((await stat(inFolder('cosign.key'))).mode & 0o777).toBe(0o600);
  });

  it('asks for COSIGN_PASSWORD when there is no terminal', async () => {
    env = {};
    const { code, stderr } = await call('keygen');
    expect(code).toBe(2);
    expect(stderr).toContain('COSIGN_PASSWORD');
  });
});

describe('sign and verify', () => {
  beforeEach(() => cp(keys, folder, { recursive: true }));

  it.each([[[]], [['--signature', 'look.wpk.yaml.sig']], [['--bundle', 'look.wpk.yaml.sigstore.json']]])(
    'agree on a file signed with %j',
    async (options) => {
      const { keyId, ...signed } = await json('sign', 'look.wpk.yaml', '--key', 'cosign.key', ...options);
      const verified = await json('verify', 'look.wpk.yaml', '--key', 'cosign.pub');
      expect(verified).toEqual({ ...signed, verified: true, signer: { kind: 'key', keyId }, isLogged: false });
    },
  );

  it('accept any of several keys in one file', async () => {
    await json('sign', 'look.wpk.yaml', '--key', 'cosign.key');
    const keys = await Promise.all(['other.pub', 'cosign.pub'].map((name) => readFile(inFolder(name), 'utf8')));
    await writeFile(inFolder('all.pub'), keys.join(''));
    expect(await json('verify', 'look.wpk.yaml', '--key', 'all.pub')).toMatchObject({ verified: true });
  });

  it('refuse another key and changed bytes, in words and in JSON', async () => {
    await json('sign', 'look.wpk.yaml', '--key', 'cosign.key');
    expect(await call('verify', 'look.wpk.yaml', '--key', 'other.pub')).toMatchObject({ code: 1, stdout: '' });
    await writeFile(inFolder('look.wpk.yaml'), `${yaml}\n`);
    const { code, stdout } = await call('verify', 'look.wpk.yaml', '--key', 'cosign.pub', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verified: false, code: 'SIGNATURE.DIGEST_MISMATCH' });
  });

  it('say how to sign when there is no signature', async () => {
    const { code, stderr } = await call('verify', 'look.wpk.yaml', '--key', 'cosign.pub');
    expect(code).toBe(1);
    expect(stderr).toContain('atomctl sign look.wpk.yaml');
  });

  it('refuse a wrong password, a missing key file and both kinds at once', async () => {
    env = { COSIGN_PASSWORD: 'wrong' };
    expect((await call('sign', 'look.wpk.yaml', '--key', 'cosign.key')).code).toBe(1);
    expect((await call('sign', 'look.wpk.yaml', '--key', 'none.key')).code).toBe(1);
    expect((await call('sign', 'look.wpk.yaml')).code).toBe(2);
    expect((await call('sign', 'a', '--key', 'b', '--bundle', 'c', '--signature', 'd')).code).toBe(2);
    await expect(stat(inFolder('look.wpk.yaml.sigstore.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('verify, keyless', () => {
  /** One signature by an identity and one by the key, both logged, and a root that knows log and authority. */
  const prepared: Record<string, string> = {};
  let rootOfOthers: string;
  beforeAll(async () => {
    const sigstore = await Sigstore.start();
    const pair = aPair();
    const bytes = Buffer.from(yaml);
    prepared['root.json'] = JSON.stringify(sigstore.trustedRoot());
    prepared['keyless.json'] = JSON.stringify(await sigstore.attestation(bytes, await sigstore.byCertificate()));
    prepared['logged.json'] = JSON.stringify(await sigstore.message(bytes, sigstore.byKey(pair)));
    prepared['cosign.pub'] = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    rootOfOthers = JSON.stringify((await Sigstore.start()).trustedRoot());
  });
  beforeEach(() =>
    Promise.all(
      Object.entries({ ...prepared, 'other.json': rootOfOthers }).map(([name, text]) =>
        writeFile(inFolder(name), text),
      ),
    ),
  );

  const keyless = ['--bundle', 'keyless.json', '--certificate-oidc-issuer', ISSUER];
  const byIdentity = (glob = SUBJECT, root = 'root.json') => [
    ...['verify', 'look.wpk.yaml', ...keyless, '--certificate-identity', glob, '--trusted-root', root],
  ];

  it.each([SUBJECT, 'https://github.com/acme/**'])(
    'accepts the identity %s and shows who signed, and when',
    async (glob) => {
      expect(await json(...byIdentity(glob))).toEqual({
        ...{ verified: true, file: 'look.wpk.yaml', bundle: 'keyless.json', isLogged: true },
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        signer: { kind: 'identity', subject: SUBJECT, issuer: ISSUER },
        signedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        claims: { name: 'demo', version: '1.0.0' },
      });
      const { code, stdout } = await call(...byIdentity(glob));
      expect(code).toBe(0);
      expect(stdout).toContain(SUBJECT);
      expect(stdout).toMatch(/^logged: +yes$/m);
      expect(stdout).toMatch(/^signed at: +\d{4}-/m);
    },
  );

  it.each([
    ['another identity', byIdentity('https://github.com/acme/*'), 'SIGNATURE.UNTRUSTED_IDENTITY'],
    ['the root of others', byIdentity(SUBJECT, 'other.json'), 'SIGNATURE.INVALID'],
    [
      'a key',
      ['verify', 'look.wpk.yaml', '--bundle', 'keyless.json', '--key', 'cosign.pub'],
      'SIGNATURE.UNTRUSTED_IDENTITY',
    ],
  ])('refuses it for %s', async (_, line, expected) => {
    const { code, stdout } = await call(...line, '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verified: false, code: expected });
    expect(await call(...line)).toMatchObject({ code: 1, stdout: '' });
  });

  it('looks the log entries of a key up in the logs of a root', async () => {
    const line = ['verify', 'look.wpk.yaml', '--bundle', 'logged.json', '--key', 'cosign.pub'];
    expect(await json(...line)).toMatchObject({ verified: true, isLogged: false });
    expect(await json(...line, '--trusted-root', 'root.json')).toMatchObject({ verified: true, isLogged: true });
    expect((await call(...line, '--trusted-root', 'other.json')).code).toBe(1);
  });

  it('wants exactly one way to trust, and all of it', async () => {
    const verify = ['verify', 'look.wpk.yaml', '--bundle', 'keyless.json'];
    const [key, root] = [
      ['--key', 'cosign.pub'],
      ['--trusted-root', 'root.json'],
    ] as const;
    const [identity, issuer] = [
      ['--certificate-identity', SUBJECT],
      ['--certificate-oidc-issuer', ISSUER],
    ] as const;
    for (const options of [
      ...[[], root, [...identity, ...root], [...issuer, ...root], [...identity, ...issuer], [...key, ...identity]],
      ...[
        [...key, ...identity, ...issuer, ...root],
        ['--certificate-identity', '', ...issuer, ...root],
      ],
    ]) {
      expect(await call(...verify, ...options)).toMatchObject({ code: 2, stdout: '' });
    }
  });

  it('refuses a trusted root that is none', async () => {
    await writeFile(inFolder('root.json'), '{}');
    expect(await call(...byIdentity())).toMatchObject({ code: 1, stderr: expect.stringContaining('trusted root') });
  });

  it('explains every check in order, accepted or refused', async () => {
    const namesOf = (checks: unknown) =>
      (checks as { name: string; result: string }[]).map(({ name, result }) => `${name} ${result}`);
    const all = ['format', 'content', 'signer', 'entries', 'time', 'certificate', 'log', 'signature', 'statement'];
    expect(namesOf((await json(...byIdentity(), '--explain'))['checks'])).toEqual(all.map((name) => `${name} ok`));

    const refused = await call(...byIdentity(SUBJECT, 'other.json'), '--explain', '-o', 'json');
    expect(refused.code).toBe(1);
    const { checks } = JSON.parse(refused.stdout) as { checks: unknown };
    expect(namesOf(checks)).toEqual([
      ...['format ok', 'content ok', 'signer ok', 'entries ok', 'time ok'],
      'certificate refused',
    ]);

    const shown = await call(...byIdentity(SUBJECT, 'other.json'), '--explain');
    expect(shown.code).toBe(1);
    expect(shown.stdout).toMatch(/^CHECK +RESULT +DETAIL\nformat +ok .*\n(.*\n)*certificate +refused /);
    expect((await call(...byIdentity(), '--explain')).stdout).toMatch(/^statement +ok .*\n\nverified: /m);
  });
});

describe('push', () => {
  let atom: AtomStub;
  beforeAll(async () => {
    atom = await AtomStub.start();
  });
  afterAll(() => atom.stop());
  beforeEach(async () => {
    atom.reset();
    await cp(keys, folder, { recursive: true });
    env = { ...env, ATOM_URL: atom.url, ATOM_TOKEN: 't' };
  });

  const accepted = {
    ...{ name: 'look', version: '1.0.0', digest: 'sha256:00ff', size: 1, signer: { kind: 'key', keyId: 'key-1' } },
    decision: {
      ...{ id: 'd1', outcome: 'requireApproval', requiredApprovals: 1, risk: { score: 40, level: 'medium' } },
      reasons: [
        { code: 'RETRY.UNBOUNDED', message: 'no limit', severity: 'medium', pointer: '/spec/steps/0', line: 9 },
      ],
    },
    ...{ uploadedBy: 'ci', createdAt: '2026-01-01T00:00:00.000Z' },
  };

  it.each([
    ['bundle', 'look.wpk.yaml.sigstore.json'],
    ['signature', 'look.wpk.yaml.sig'],
  ])('sends the very bytes with the %s beside them and shows the decision', async (kind, file) => {
    await json('sign', 'look.wpk.yaml', '--key', 'cosign.key', `--${kind}`, file);
    atom.onJson('POST /v1/workflows', 201, accepted);
    const { code, stdout, stderr } = await call('push', 'look.wpk.yaml');
    expect(code).toBe(0);
    for (const text of ['look@1.0.0', 'sha256:00ff', 'key-1', 'requireApproval', 'RETRY.UNBOUNDED', '/spec/steps/0']) {
      expect(stdout).toContain(text);
    }
    expect(stderr).toContain(file);
    const parts = partsOf(atom.seen[0]);
    expect([...parts.keys()]).toEqual(['package', kind]);
    expect(parts.get('package')).toBe(yaml);
    expect(parts.get(kind)).toBe(await readFile(inFolder(file), 'utf8'));
  });

  it('sends nothing that is not signed', async () => {
    const { code, stderr } = await call('push', 'look.wpk.yaml');
    expect(code).toBe(1);
    expect(stderr).toContain('atomctl sign');
    expect(atom.seen).toEqual([]);
  });

  it('shows the places that the server found', async () => {
    await json('sign', 'look.wpk.yaml', '--key', 'cosign.key');
    const errors = [{ pointer: '/spec/steps/0/uses', detail: 'no such action', line: 14, column: 13 }];
    atom.on('POST /v1/workflows', (_request, response) => sendProblem(response, 422, 'package-invalid', { errors }));
    const { code, stdout, stderr } = await call('push', 'look.wpk.yaml');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('/spec/steps/0/uses (line 14:13): no such action');
  });
});

describe('pack', () => {
  it('gives the same bytes for the same content, whatever its times, modes and neighbours are', async () => {
    const [one, two] = [await aFolder('one'), await aFolder('two')];
    await utimes(path.join(two, 'wpk.yaml'), 1, 1);
    await chmod(path.join(two, 'README.md'), 0o755);
    const packed = await json('pack', one, '-o', 'one.tgz');
    await json('pack', two, '-o', 'two.tgz');
    expect(packed).toMatchObject({ file: 'one.tgz', name: 'look', version: '1.0.0' });
    const bytes = await readFile(inFolder('one.tgz'));
    expect(bytes.equals(await readFile(inFolder('two.tgz')))).toBe(true);
  });

  it('names the file after the package and leaves out what has no place in it, telling so', async () => {
    const { code, stderr } = await call('pack', await aFolder('one'));
    expect(code).toBe(0);
    expect(stderr).toContain('cosign.key');
    expect(await json('validate', 'look-1.0.0.wpk.tgz')).toMatchObject({ valid: true, name: 'look' });
  });

  it.each(['manifests/link.yaml', 'README.md', 'tests'])('refuses a symbolic link at %s', async (name) => {
    const one = await aFolder('one');
    await rm(path.join(one, name), { force: true, recursive: true });
    await symlink('/etc/hostname', path.join(one, name));
    const { code, stderr } = await call('pack', one);
    expect(code).toBe(1);
    expect(stderr).toContain(`${name} is a symbolic link`);
  });

  it('refuses a folder without wpk.yaml, a single file, and a package that is not valid', async () => {
    await mkdir(inFolder('empty'));
    expect(await call('pack', 'empty')).toMatchObject({ code: 1, stderr: expect.stringContaining('wpk.yaml') });
    const single = await call('pack', 'look.wpk.yaml');
    expect(single.code).toBe(2);
    expect(single.stderr).toContain('needs no packing');
    const one = await aFolder('one');
    await writeFile(path.join(one, 'wpk.yaml'), yaml.replace('kubernetes/list', 'kubernetes/lost'));
    expect((await call('pack', one, '-o', 'bad.tgz')).code).toBe(1);
    await expect(stat(inFolder('bad.tgz'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('validate', () => {
  it('says name, version, digest and steps of a file, a folder and an archive', async () => {
    const one = await aFolder('one');
    await json('pack', one, '-o', 'one.tgz');
    const expected = { valid: true, name: 'look', version: '1.0.0', steps: ['pods'] };
    const results = await Promise.all(['look.wpk.yaml', one, 'one.tgz'].map((file) => json('validate', file)));
    for (const result of results) expect(result).toMatchObject(expected);
    expect(results[1]?.['digest']).toBe(results[2]?.['digest']);
    expect((await call('validate', 'look.wpk.yaml')).stdout).toMatch(/look@1\.0\.0.*1 step.*sha256:[\da-f]{64}/);
  });

  it.each([
    ['file', 'look.wpk.yaml', 'look.wpk.yaml'],
    ['folder', 'one', 'one/wpk.yaml'],
  ])('points at the line and column of a %s', async (_kind, target, label) => {
    await aFolder('one');
    const bad = yaml.replace('kubernetes/list', 'kubernetes/lost');
    for (const file of ['look.wpk.yaml', 'one/wpk.yaml']) await writeFile(inFolder(file), bad);
    const { code, stdout } = await call('validate', target);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${label}:16:\\d+: `, 'm'));
    expect(stdout).toContain('   16 |       uses: kubernetes/lost');
  });

  it('gives the problems as one JSON document', async () => {
    await writeFile(inFolder('look.wpk.yaml'), yaml.replace('version: 1.0.0', 'version: one'));
    const { code, stdout } = await call('validate', 'look.wpk.yaml', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, problems: [{ pointer: '/metadata/version', line: 5 }] });
  });

  it('refuses what is not there', async () => {
    expect(await call('validate', 'none.yaml')).toMatchObject({ code: 1, stdout: '' });
  });
});
