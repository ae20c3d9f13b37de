import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';

import { Cluster } from '../../src/runtime/adapters/kubernetes/cluster.js';
import { ClusterClient } from '../../src/runtime/adapters/kubernetes/index.js';
import { textAt } from '../../src/runtime/adapters/kubernetes/json.js';
import { followObject } from '../../src/runtime/adapters/kubernetes/object.follower.js';
import { kubeconfigOf } from './kubeconfig.js';

type Answer = string | { readonly status: number; readonly body: string };

const resource = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  subresources: [],
};
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };

const object = (version: string): object => ({ metadata: { name: 'a', resourceVersion: version } });
const list = (version: string, ...items: object[]): string =>
  JSON.stringify({ metadata: { resourceVersion: version }, items });
const event = (type: string, version: string): string => `${JSON.stringify({ type, object: object(version) })}\n`;
const gone = `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`;

describe(followObject.name, () => {
  let close = (): Promise<void> => Promise.resolve();
  afterEach(() => close());

  /** Serves the answers one after the other, then nothing more; gives the states and the questions. */
  const follow = async (...answers: Answer[]): Promise<{ states: unknown[]; questions: string[] }> => {
    const stop = new AbortController();
    const questions: string[] = [];
    const server = createServer((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      questions.push(query.has('watch') ? `watch ${query.get('resourceVersion') ?? ''}` : 'list');
      const answer = answers.shift();
      if (answer === undefined) stop.abort();
      else if (typeof answer === 'string') response.end(answer);
      else response.writeHead(answer.status, { 'retry-after': '0' }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new ClusterClient({ text: kubeconfigOf({ server: url }) }, '1.2.3');
    close = async () => {
      await client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    const states: unknown[] = [];
    const following = followObject(new Cluster(client), { ref, resource }, stop.signal, (state) => {
      states.push(textAt(state, 'metadata', 'resourceVersion'));
    });
    await expect(following).rejects.toMatchObject({ code: 'STEP.CANCELLED' });
    return { states, questions };
  };

  it('gives the object as it is, and every change of it', async () => {
    const { states } = await follow(
      list('5', object('4')),
      event('MODIFIED', '6') + event('DELETED', '7') + event('ADDED', '8'),
    );
    expect(states).toEqual(['4', '6', undefined, '8']);
  });

  it('watches on from where the last watch ended', async () => {
    const { states, questions } = await follow(
      list('5'),
      event('ADDED', '6') + event('BOOKMARK', '9'),
      event('MODIFIED', '10'),
    );
    expect(states).toEqual([undefined, '6', '10']);
    expect(questions.slice(0, 3)).toEqual(['list', 'watch 5', 'watch 9']);
  });

  it('lists again when the server has forgotten where the watch began', async () => {
    const { states, questions } = await follow(list('5', object('4')), gone, list('20', object('19')));
    expect(states).toEqual(['4', '19']);
    expect(questions).toEqual(['list', 'watch 5', 'list', 'watch 20']);
  });

  it('lists again when the watch is refused for now', async () => {
    const { states } = await follow(list('5'), { status: 503, body: '{}' }, list('6', object('6')));
    expect(states).toEqual([undefined, '6']);
  });
});
