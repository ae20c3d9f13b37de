import { beforeEach, describe, expect, it } from '@jest/globals';

import type { Ended } from '../cli/atomctl.process.js';
import { blobPath, elsewhere, expectRefused, pull, registry, serve, workshop } from './hostile.bench.js';
import { digestOf, send, type Served } from './hostile.registry.js';

describe('a registry that refuses', () => {
  const refuse = (status: number, headers: Record<string, string> = {}, message = 'no') =>
    registry.on('/v2/team/demo/manifests/1.0.0', (response) => {
      const body = JSON.stringify({ errors: [{ code: 'DENIED', message }] });
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    });

  it('says when to come again', async () => {
    refuse(429, { 'retry-after': '17' });
    const { stderr } = await expectRefused('HTTP 429 (DENIED: no)');
    expect(stderr).toContain('try again in 17 seconds');
  });

  it('is not ready', async () => {
    refuse(503);
    await expectRefused('HTTP 503', 3);
  });

  it('shows no control character of its words', async () => {
    refuse(403, {}, 'a\u001b[2Jb');
    const { stderr } = await expectRefused('a\\u001b[2Jb');
    expect(stderr).not.toContain('\u001b');
  });

  it('asks for a login that nobody has', async () => {
    refuse(401, { 'www-authenticate': 'Basic realm="x"' });
    const { stderr } = await expectRefused('HTTP 401');
    expect(stderr).toContain('ATOM_OCI_USERNAME');
  });

  it('asks again and again for a login: it is answered once, and the password is not shown', async () => {
    workshop.env = { HOME: workshop.folder, ATOM_OCI_USERNAME: 'ci', ATOM_OCI_PASSWORD: 'pass-word-1' };
    const basic = Buffer.from('ci:pass-word-1').toString('base64');
    refuse(401, { 'www-authenticate': 'Basic realm="x"' }, `you sent pass-word-1 as ${basic}`);
    const { stderr } = await expectRefused('you sent [secret] as [secret]');
    expect(stderr).not.toMatch(/pass-word-1/);
    expect(registry.seen).toHaveLength(2);
  });

  it('asks for a token and never takes one', async () => {
    refuse(401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token",service="x"` });
    registry.on('/token', (response) => response.end('{"token":"abc"}'));
    await expectRefused('HTTP 401');
    expect(registry.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined, 'Bearer abc']);
  });

  it.each([
    ['in no known way', 'Negotiate', 'neither Basic nor Bearer'],
    ['without an address of tokens', 'Bearer service="x"', 'names no address that issues one'],
    ['with an address that is none of the web', 'Bearer realm="file:///etc/passwd"', 'it is not safe to use'],
    ['with an address that holds a login', 'Bearer realm="http://a:b@127.0.0.1/t"', 'it is not safe to use'],
  ])('asks for a login %s', async (_what, challenge, message) => {
    refuse(401, { 'www-authenticate': challenge });
    await expectRefused(message);
  });
});

describe('a redirect', () => {
  beforeEach(() => {
    workshop.env = { HOME: workshop.folder, ATOM_OCI_USERNAME: 'ci', ATOM_OCI_PASSWORD: 'pass-word-1' };
  });

  /** The package at a registry that wants a login for everything. */
  const servePrivately = (): Served => {
    const served = serve();
    for (const [path, content] of [
      [`/v2/team/demo/manifests/1.0.0`, served.subject],
      [`/v2/team/demo/blobs/${digestOf(served.bundle.bytes)}`, served.bundle],
    ] as const) {
      registry.on(path, (response, { headers }) => {
        if (headers.authorization !== undefined) send(response, content);
        else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      });
    }
    return served;
  };

  it('to the store of another host is followed, and the login stays behind', async () => {
    const served = servePrivately();
    const moved = (response: Parameters<typeof send>[0]): void =>
      void response.writeHead(307, { location: `http://${elsewhere.host}/store?signature=1` }).end();
    registry.on(blobPath(served), moved);
    elsewhere.on('/store', (response) => send(response, served.content));
    expect((await pull('--key', 'cosign.pub')).code).toBe(0);
    expect(elsewhere.seen).toEqual([{ line: 'GET /store', authorization: undefined }]);
  });

  it('that comes back does not bring the login back', async () => {
    const served = servePrivately();
    const to = (host: string, path: string) => (response: Parameters<typeof send>[0]) =>
      void response.writeHead(302, { location: `http://${host}${path}` }).end();
    registry
      .on(blobPath(served), to(elsewhere.host, '/away'))
      .on('/back', (response) => send(response, served.content));
    elsewhere.on('/away', to(registry.host, '/back'));
    expect((await pull()).code).toBe(0);
    expect(registry.seen.find(({ line }) => line === 'GET /back')?.authorization).toBeUndefined();
  });

  it('of the one who issues tokens takes no login to another host', async () => {
    serve();
    registry.on('/v2/team/demo/manifests/1.0.0', (response) => {
      const challenge = `Bearer realm="http://${registry.host}/token"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    registry.on('/token', (response) => response.writeHead(307, { location: `http://${elsewhere.host}/token` }).end());
    elsewhere.on('/token', (response) => response.end('{"token":"abc"}'));
    await expectRefused('which issues its tokens, redirects to');
    expect(elsewhere.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('without end is refused', async () => {
    const served = serve();
    registry.on(blobPath(served), (response) => response.writeHead(307, { location: blobPath(served) }).end());
    await expectRefused('more than 5 redirects after one another');
  });

  it.each([
    ['file:///etc/passwd', 'file://: the registry names this address, and it is not safe to use'],
    ['ftp://127.0.0.1/x', 'ftp://127.0.0.1: the registry names this address, and it is not safe to use'],
    ['http://', 'it redirects to something that is no address'],
  ])('to %s is refused', async (location, message) => {
    registry.on(blobPath(serve()), (response) => response.writeHead(307, { location }).end());
    await expectRefused(message);
  });
});

describe('pushing', () => {
  const push = async (): Promise<Ended> => {
    const { file } = await workshop.signed('demo');
    return workshop.call('oci', 'push', file, `${registry.host}/team/demo:1.0.0`);
  };

  it('follows no redirect with the bytes', async () => {
    registry.on('/v2/team/demo/blobs/uploads/', (response) =>
      response.writeHead(307, { location: `http://${elsewhere.host}/uploads` }).end(),
    );
    const { code, stderr } = await push();
    expect(code).toBe(1);
    expect(stderr).toContain('HTTP 307');
    expect(elsewhere.seen).toEqual([]);
  });

  it('takes no login to a place of uploads at another host', async () => {
    workshop.env = { HOME: workshop.folder, ATOM_OCI_USERNAME: 'ci', ATOM_OCI_PASSWORD: 'pass-word-1' };
    registry.on('/v2/team/demo/blobs/uploads/', (response, { headers }) => {
      if (headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else response.writeHead(202, { location: `http://${elsewhere.host}/uploads/1` }).end();
    });
    elsewhere.on('/uploads/1', (response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
    const { code } = await push();
    expect(code).toBe(1);
    expect(elsewhere.seen).toEqual([{ line: 'PUT /uploads/1', authorization: undefined }]);
  });

  it('sends nothing when the tag names another content', async () => {
    const { file, bytes } = await workshop.signed('demo');
    const { subject } = registry.serve(workshop.signer, bytes); // without the annotations that atomctl writes
    const { code, stderr } = await workshop.call('oci', 'push', file, `${registry.host}/team/demo:1.0.0`);
    expect(code).toBe(1);
    expect(stderr).toContain(`the tag 1.0.0 names another content already (${digestOf(subject.bytes)})`);
    expect(registry.seen.filter(({ line }) => /^(PUT|POST)/.test(line))).toEqual([]);
  });
});
