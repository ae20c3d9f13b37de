import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { ClusterClient, type KubeconfigSource } from '../../src/runtime/adapters/kubernetes/index.js';
import { kubeconfigOf } from './kubeconfig.js';

const signal = new AbortController().signal;

describe(ClusterClient.name, () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });

  const serve = async (listener: RequestListener): Promise<{ server: Server; url: string }> => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const clientOf = (source: KubeconfigSource): ClusterClient => {
    const client = new ClusterClient(source, '1.2.3');
    cleanups.push(() => client.close());
    return client;
  };
  const answering = async (
    listener: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<ClusterClient> => {
    const { url } = await serve(listener);
    return clientOf({ text: kubeconfigOf({ server: url }) });
  };

  describe('the kubeconfig', () => {
    it.each([
      ['is no YAML', 'clusters: [', 'STEP.REJECTED'],
      ['is empty', '{}', 'STEP.REJECTED'],
      ['names no server', kubeconfigOf({ server: 'nowhere' }), 'STEP.REJECTED'],
      ['names a server without TLS', kubeconfigOf({ server: 'http://127.0.0.1:1', insecure: false }), 'STEP.REJECTED'],
      ['names a server that is not there', kubeconfigOf({ server: 'http://127.0.0.1:1' }), 'STEP.UNAVAILABLE'],
    ])('fails the step when it %s', async (_what, text, code) => {
      await expect(clientOf({ text }).get({ path: '/api/v1', signal })).rejects.toMatchObject({ code });
    });

    it('is not quoted when it is broken', async () => {
      const text = 'users: [{name: a, user: {token: open-sesame}}]\nclusters: [';
      const failure: unknown = await clientOf({ text })
        .get({ path: '/x', signal })
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'STEP.REJECTED' });
      expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('open-sesame');
    });

    it('may come late, and is read again when its credentials are refused', async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-kubeconfig-'));
      cleanups.push(() => rm(folder, { recursive: true }));
      const file = path.join(folder, 'config');
      const { url } = await serve((request, response) => {
        const isKnown = request.headers.authorization === 'Bearer second';
        response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' }).end('{}');
      });
      const client = clientOf({ path: file });
      await expect(client.get({ path: '/x', signal })).rejects.toMatchObject({ code: 'STEP.REJECTED' });
      await writeFile(file, kubeconfigOf({ server: url, user: { token: 'first' } }));
      await expect(client.get({ path: '/x', signal })).rejects.toMatchObject({ code: 'STEP.FORBIDDEN' });
      await writeFile(file, kubeconfigOf({ server: url, user: { token: 'second' } }));
      await expect(client.get({ path: '/x', signal })).resolves.toEqual({});
    });
  });

  it('keeps its connections, and the path that the server lies under', async () => {
    const paths: (string | undefined)[] = [];
    const { server, url } = await serve((request, response) => {
      paths.push(request.url);
      response.end('{}');
    });
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const client = clientOf({ text: kubeconfigOf({ server: `${url}/k8s/clusters/c-1/` }) });
    const limits = Array.from({ length: 10 }, (_, index) => index + 1);
    for (const limit of limits) {
      await client.get({ path: '/api/v1/pods', query: { limit, continue: undefined }, signal });
    }
    expect(connections).toBeLessThan(5);
    expect(paths).toEqual(limits.map((limit) => `/k8s/clusters/c-1/api/v1/pods?limit=${limit}`));
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['does not answer', () => undefined],
    ['stops in the middle of its answer', (response) => response.writeHead(200).write('{"a":')],
  ])('gives up when the server %s', async (_what, answer) => {
    const client = await answering((_request, response) => {
      answer(response);
    });
    const reading = client.get({ path: '/x', signal, timeoutMs: 100 });
    await expect(reading).rejects.toMatchObject({ code: 'STEP.UNAVAILABLE', transient: true });
  });

  it.each<[string, number, string, string]>([
    ['a page of a proxy', 502, '<html>Bad gateway</html>', 'STEP.UNAVAILABLE'],
    ['a page instead of an object', 200, '<html>Welcome</html>', 'STEP.UNAVAILABLE'],
    ['a list instead of an object', 200, '[]', 'STEP.UNAVAILABLE'],
    ['a redirection', 302, '', 'STEP.REJECTED'],
  ])('is not misled by %s', async (_what, status, body, code) => {
    const client = await answering((_request, response) =>
      response.writeHead(status, { location: '/login' }).end(body),
    );
    await expect(client.get({ path: '/x', signal })).rejects.toMatchObject({ code });
  });

  it('does not take in an answer without an end', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const client = await answering((_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, more);
      };
      more();
    });
    await expect(client.get({ path: '/x', signal })).rejects.toMatchObject({ code: 'STEP.REJECTED' });
  });

  it('holds only the end of a log, however long', async () => {
    const client = await answering((_request, response) => {
      for (let line = 0; line < 50_000; line += 1) response.write(`line ${line} ${'x'.repeat(100)}\n`);
      response.end('the end\n');
    });
    const tail = await client.tail({ path: '/log', signal }, 1024);
    expect(tail.lines().at(-1)).toBe('the end');
    expect(tail.lines().length).toBeLessThan(11);
  });

  describe('watch', () => {
    const events = async (...chunks: string[]): Promise<unknown> => {
      const client = await answering((_request, response) => {
        for (const chunk of chunks) response.write(chunk);
        response.end();
      });
      const seen: string[] = [];
      await client.watch({ path: '/x', signal }, ({ type }) => seen.push(type) > 0 && type !== 'STOP');
      return seen;
    };

    it('gives each event, whatever the chunks, until it is told to stop', async () => {
      const seen = await events('{"type":"ADDED","obj', 'ect":{}}\n{"type":"STOP"}\n{"type":"DELETED"}\n');
      expect(seen).toEqual(['ADDED', 'STOP']);
    });

    it('fails on what is no event', async () => {
      await expect(events('{"kind":"Pod"}\n')).rejects.toMatchObject({ code: 'STEP.UNAVAILABLE' });
    });
  });
});
