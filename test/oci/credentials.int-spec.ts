import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { findDockerRegistry } from './programs.js';
import { RegistryProcess } from './registry.process.js';
import { type Login, TokenIssuer } from './token.issuer.js';
import { Workshop } from './workshop.js';

const login: Login = { username: 'ci', password: 's3cret-word', identityToken: 'identity-token-of-ci' };
/** `ci:s3cret-word`; the registry takes bcrypt only. */
const htpasswd = 'ci:$2b$04$0KkQTN5jGZlm4M061dHRYeFCBuive17SV3zqnK2mPTtaCnCYCSW3O\n';
const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
const search = await findDockerRegistry();

describe('credentials at a real registry (Distribution 2.8)', () => {
  if ('missing' in search) it('were not tried', () => console.warn(search.missing));
  else contract(search.program);
});

function contract(program: string): void {
  let folder: string;
  let workshop: Workshop;
  let issuer: TokenIssuer;
  let basic: RegistryProcess;
  let bearer: RegistryProcess;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'atom-credentials-'));
    const file = path.join(folder, 'htpasswd');
    await writeFile(file, htpasswd);
    [workshop, issuer] = await Promise.all([Workshop.open(), TokenIssuer.start(login)]);
    [basic, bearer] = await Promise.all([
      RegistryProcess.distribution(program, `  htpasswd: {realm: atom-test, path: "${file}"}`),
      RegistryProcess.distribution(program, issuer.configuration),
    ]);
    await workshop.signed('demo');
  });
  afterAll(async () => {
    await Promise.all([basic.stop(), bearer.stop()]);
    await Promise.all([issuer.stop(), workshop.close(), rm(folder, { recursive: true, force: true })]);
  });
  beforeEach(() => {
    workshop.env = { HOME: workshop.folder };
    issuer.seen.length = 0;
  });

  const push = (registry: RegistryProcess) =>
    workshop.call('oci', 'push', 'demo.wpk.yaml', `${registry.host}/team/demo`);
  const config = async (value: object): Promise<void> => {
    await mkdir(workshop.path('.docker'), { recursive: true });
    await workshop.write('.docker/config.json', JSON.stringify(value));
  };
  /** A credential helper that says this; it notes in `asked` what it was asked for. */
  const helper = async (script: string): Promise<string> => {
    await mkdir(workshop.path('bin'), { recursive: true });
    const file = workshop.path('bin/docker-credential-test');
    const asked = workshop.path('asked');
    await writeFile(file, `#!/bin/sh\nread -r server\necho "$1 $server" > ${asked}\n${script}\n`);
    await chmod(file, 0o755);
    return `${workshop.path('bin')}:${process.env['PATH'] ?? ''}`;
  };

  describe.each([
    ['Basic', () => basic],
    ['Bearer', () => bearer],
  ])('%s', (_scheme, registry) => {
    it('are taken from the environment', async () => {
      workshop.env = { ...workshop.env, ATOM_OCI_USERNAME: 'ci', ATOM_OCI_PASSWORD: login.password };
      expect(await push(registry())).toMatchObject({ code: 0 });
      const pulled = await workshop.call('oci', 'pull', `${registry().host}/team/demo:1.0.0`, '--out', _scheme);
      expect(pulled.code).toBe(0);
    });

    it('are taken from what docker login wrote', async () => {
      await config({ auths: { [registry().host]: { auth } } });
      expect(await push(registry())).toMatchObject({ code: 0 });
    });

    it('are taken from another folder of Docker', async () => {
      await config({});
      await mkdir(workshop.path('elsewhere'), { recursive: true });
      const auths = { [`https://${registry().host}/v2/`]: { auth } };
      await workshop.write('elsewhere/config.json', JSON.stringify({ auths }));
      workshop.env = { ...workshop.env, DOCKER_CONFIG: workshop.path('elsewhere') };
      expect(await push(registry())).toMatchObject({ code: 0 });
    });

    it('are taken from the helper of the registry, which wins over the one for all', async () => {
      const answer = JSON.stringify({ ServerURL: registry().host, Username: 'ci', Secret: login.password });
      const PATH = await helper(`echo '${answer}'`);
      await config({ credHelpers: { [registry().host]: 'test' }, credsStore: 'not-there' });
      workshop.env = { ...workshop.env, PATH };
      expect(await push(registry())).toMatchObject({ code: 0 });
      expect(String(await workshop.read('asked'))).toBe(`get ${registry().host}\n`);
    });

    it('that are wrong are refused and not shown', async () => {
      workshop.env = { ...workshop.env, ATOM_OCI_USERNAME: 'ci', ATOM_OCI_PASSWORD: 'wrong-word-77' };
      const { code, stdout, stderr } = await push(registry());
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('HTTP 401');
      expect(stderr).not.toContain('wrong-word-77');
    });

    it('of a registry whose name is a part of this one are not sent', async () => {
      const { host } = registry();
      const auths = { [host.slice(0, -1)]: { auth }, [`x${host}`]: { auth }, [`${host}.example.com`]: { auth } };
      await config({ auths });
      expect(await push(registry())).toMatchObject({ code: 1 });
    });

    it('that nobody has are asked for', async () => {
      await config({});
      const { code, stderr } = await push(registry());
      expect(code).toBe(1);
      expect(stderr).toContain('Log in with `docker login` or `oras login`');
    });
  });

  it('that are an identity token buy a token for exactly this repository', async () => {
    await config({ auths: { [bearer.host]: { identitytoken: login.identityToken, auth: 'aWdub3JlZDo=' } } });
    expect(await push(bearer)).toMatchObject({ code: 0 });
    expect(new Set(issuer.seen)).toEqual(new Set(['refresh_token repository:team/demo:pull']));
    await workshop.signed('other');
    const reference = `${bearer.host}/team/other`;
    expect(await workshop.call('oci', 'push', 'other.wpk.yaml', reference)).toMatchObject({ code: 0 });
    expect(issuer.seen).toContain('refresh_token repository:team/other:pull,push');
  });

  it('that are an identity token come from a helper too', async () => {
    const answer = JSON.stringify({ ServerURL: '', Username: '<token>', Secret: login.identityToken });
    const PATH = await helper(`echo '${answer}'`);
    await config({ credsStore: 'test' });
    workshop.env = { ...workshop.env, PATH };
    expect(await push(bearer)).toMatchObject({ code: 0 });
  });

  describe('a helper', () => {
    const failing: readonly [string, string, string][] = [
      ['fails', 'echo oops-secret; exit 3', 'docker-credential-test ended with 3'],
      ['says something else', 'echo oops-secret', 'docker-credential-test answered with something else'],
      ['says too much', 'head -c 100000 /dev/zero', 'docker-credential-test answered with more than 64 KiB'],
      ['does not end', 'exec sleep 60', 'docker-credential-test gave no answer within 1 s'],
    ];
    it.each(failing)('that %s ends the command, and what it printed is not shown', async (_what, script, message) => {
      const PATH = await helper(script);
      await config({ credsStore: 'test' });
      workshop.env = { ...workshop.env, PATH };
      const reference = `${basic.host}/team/demo`;
      const { code, stderr } = await workshop.call('oci', 'push', 'demo.wpk.yaml', reference, '--timeout', '1s');
      expect(code).toBe(1);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain('oops-secret');
    });

    it('that knows nothing leaves it to the file', async () => {
      const PATH = await helper('echo "credentials not found in native keychain"; exit 1');
      await config({ credsStore: 'test', auths: { [basic.host]: { auth } } });
      workshop.env = { ...workshop.env, PATH };
      expect(await push(basic)).toMatchObject({ code: 0 });
    });

    it('that is not there is named', async () => {
      await config({ credsStore: 'nobody' });
      const { code, stderr } = await push(basic);
      expect(code).toBe(1);
      expect(stderr).toContain('docker-credential-nobody is not on the PATH');
    });

    it('is never a program of another folder', async () => {
      await config({ credsStore: '../../bin/sh' });
      const { code, stderr } = await push(basic);
      expect(code).toBe(1);
      expect(stderr).toContain("names a helper '../../bin/sh'");
    });
  });

  it('are needed as a pair in the environment', async () => {
    workshop.env = { ...workshop.env, ATOM_OCI_USERNAME: 'ci' };
    const { code, stderr } = await push(basic);
    expect(code).toBe(2);
    expect(stderr).toContain('are needed together');
  });
}
