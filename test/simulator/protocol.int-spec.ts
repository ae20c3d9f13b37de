import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Simulator, startSimulator } from '../../src/simulator/index.js';
import { ApiClient } from './api.client.js';
import { deployment, SHOP } from './manifests.js';

const MAPS = '/api/v1/namespaces/shop/configmaps';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const configMap = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
});

describe('the Kubernetes protocol', () => {
  let simulator: Simulator;
  let api: ApiClient;

  beforeAll(async () => {
    simulator = await startSimulator({ manifests: SHOP, speed: 20, timings: { bookmarkMs: 20 } });
    api = new ApiClient(simulator);
  });

  afterAll(() => simulator.close());

  beforeEach(() => api.send('DELETE', MAPS));

  describe('writing', () => {
    it('gives an object its identity', async () => {
      const { status, body } = await api.send('POST', MAPS, configMap('a'));
      expect(status).toBe(201);
      expect(body.metadata).toMatchObject({ uid: expect.any(String), resourceVersion: expect.stringMatching(/^\d+$/) });
    });

    it('makes a name out of generateName', async () => {
      const { body } = await api.send('POST', MAPS, { metadata: { generateName: 'a-' } });
      expect(body.metadata.name).toMatch(/^a-[a-z0-9]{5}$/);
    });

    it('raises the resource version with every change, and with none for the same again', async () => {
      await api.send('POST', MAPS, configMap('a', { x: '1' }));
      const first = await api.patch(`${MAPS}/a`, 'merge', { data: { x: '2' } });
      const second = await api.patch(`${MAPS}/a`, 'merge', { data: { x: '2' } });
      expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      const third = await api.patch(`${MAPS}/a`, 'merge', { data: { x: '3' } });
      expect(Number(third.body.metadata.resourceVersion)).toBeGreaterThan(Number(first.body.metadata.resourceVersion));
    });

    it('raises the generation when the spec changes, not for metadata or status', async () => {
      const before = (await api.get(WEB)).body.metadata.generation ?? 0;
      const labelled = await api.patch(WEB, 'merge', { metadata: { annotations: { note: 'x' } } });
      expect(labelled.body.metadata.generation).toBe(before);
      const scaled = await api.patch(WEB, 'merge', { spec: { minReadySeconds: 1 } });
      expect(scaled.body.metadata.generation).toBe(before + 1);
    });

    it('ignores a status that comes with the object', async () => {
      const { body } = await api.patch(WEB, 'merge', { status: { readyReplicas: 99 } });
      expect(body.status).not.toMatchObject({ readyReplicas: 99 });
    });

    it('patches with each of the patch types', async () => {
      await api.send('POST', MAPS, configMap('a', { x: '1' }));
      const json = [
        { op: 'test', path: '/data/x', value: '1' },
        { op: 'replace', path: '/data/x', value: '2' },
      ];
      expect((await api.patch(`${MAPS}/a`, 'json', json)).body.data).toEqual({ x: '2' });
      expect((await api.patch(`${MAPS}/a`, 'merge', { data: { y: '3' } })).body.data).toEqual({ x: '2', y: '3' });
      expect((await api.patch(`${MAPS}/a`, 'strategic-merge', { data: { x: null } })).body.data).toEqual({ y: '3' });
      const applied = await api.patch(`${MAPS}/a?fieldManager=me`, 'apply', configMap('a', { z: '4' }));
      expect(applied.body.data).toEqual({ y: '3', z: '4' });
    });

    it('stores nothing for dryRun=All and answers as if it had', async () => {
      const { status, body } = await api.send('POST', `${MAPS}?dryRun=All`, configMap('a', { x: '1' }));
      expect([status, body.data]).toEqual([201, { x: '1' }]);
      expect((await api.get(`${MAPS}/a`)).status).toBe(404);
      const scale = await api.patch(`${WEB}/scale?dryRun=All`, 'merge', { spec: { replicas: 7 } });
      expect(scale.body.spec).toEqual({ replicas: 7 });
      expect((await api.get(`${WEB}/scale`)).body.spec).toEqual({ replicas: 2 });
      await api.send('DELETE', `${WEB}?dryRun=All`);
      expect((await api.get(WEB)).status).toBe(200);
    });
  });

  describe('refusing', () => {
    it('a stale resource version: 409 Conflict', async () => {
      const made = await api.send('POST', MAPS, configMap('a'));
      await api.patch(`${MAPS}/a`, 'merge', { data: { x: '1' } });
      const stale = { ...configMap('a'), metadata: made.body.metadata };
      expect((await api.send('PUT', `${MAPS}/a`, stale)).body).toMatchObject({ code: 409, reason: 'Conflict' });
      const guarded = { metadata: { resourceVersion: made.body.metadata.resourceVersion }, data: { x: '2' } };
      expect((await api.patch(`${MAPS}/a`, 'merge', guarded)).status).toBe(409);
      const scale = { metadata: { resourceVersion: '1' }, spec: { replicas: 5 } };
      expect((await api.patch(`${WEB}/scale`, 'merge', scale)).status).toBe(409);
    });

    it('a namesake with another uid: 409', async () => {
      await api.send('POST', MAPS, configMap('a'));
      const options = { preconditions: { uid: 'another' } };
      expect((await api.send('DELETE', `${MAPS}/a`, options)).body).toMatchObject({ code: 409, reason: 'Conflict' });
      expect((await api.get(`${MAPS}/a`)).status).toBe(200);
    });

    it('a name that is taken: 409 AlreadyExists', async () => {
      await api.send('POST', MAPS, configMap('a'));
      expect((await api.send('POST', MAPS, configMap('a'))).body).toMatchObject({ code: 409, reason: 'AlreadyExists' });
    });

    it('values that are not valid: 422 with the fields', async () => {
      const { body } = await api.patch(WEB, 'merge', { spec: { replicas: -1 } });
      expect(body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'spec.replicas' }] } });
      const selector = await api.patch(WEB, 'merge', { spec: { selector: { matchLabels: { app: 'other' } } } });
      expect(selector.body.details?.causes?.map((cause) => cause.field)).toContain('spec.selector');
    });

    it.each([
      ['GET', '/apis/apps/v1/namespaces/shop/deployments/nope', undefined, 404, 'NotFound'],
      ['GET', '/apis/nope/v1/things', undefined, 404, 'NotFound'],
      ['POST', '/api/v1/namespaces/nope/configmaps', configMap('a'), 404, 'NotFound'],
      ['PUT', MAPS, configMap('a'), 405, 'MethodNotAllowed'],
      ['POST', '/api/v1/configmaps', configMap('a'), 405, 'MethodNotAllowed'],
      ['POST', MAPS, { ...configMap('a'), kind: 'Secret' }, 400, 'BadRequest'],
      ['POST', MAPS, { ...configMap('a'), data: { port: 80 } }, 400, 'BadRequest'],
      ['POST', `${MAPS}?fieldValidation=Strict`, { ...configMap('a'), dta: {} }, 400, 'BadRequest'],
      ['POST', `${MAPS}?dryRun=Some`, configMap('a'), 400, 'BadRequest'],
      ['DELETE', `${MAPS}?gracePeriodSeconds=soon`, undefined, 400, 'BadRequest'],
      ['DELETE', MAPS, { propagationPolicy: 'Sometimes' }, 400, 'BadRequest'],
      ['DELETE', MAPS, { gracePeriodSeconds: 'soon' }, 400, 'BadRequest'],
      ['GET', '/api/v1/namespaces/%zz/pods', undefined, 400, 'BadRequest'],
      ['GET', `${MAPS}?labelSelector=a%20b`, undefined, 400, 'BadRequest'],
      ['GET', `${MAPS}?fieldSelector=data.x%3D1`, undefined, 400, 'BadRequest'],
      ['GET', `${MAPS}?continue=nonsense`, undefined, 400, 'BadRequest'],
    ])('%s %s %j: %i %s', async (method, path, body, code, reason) => {
      const answer = await api.send(method, path, body);
      expect(answer.status).toBe(code);
      expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', code, reason });
    });

    it('a fault that it does not know: 422', async () => {
      const annotations = { 'simulator.atom.dev/fault': 'crash-lop' };
      expect((await api.patch(WEB, 'merge', { metadata: { annotations } })).status).toBe(422);
    });

    it('a patch of a type or form that does not fit', async () => {
      await api.send('POST', MAPS, configMap('a', { x: '1' }));
      expect((await api.send('PATCH', `${MAPS}/a`, {}, 'application/json')).status).toBe(415);
      expect((await api.patch(`${MAPS}/a`, 'json', { data: {} })).status).toBe(400);
      expect((await api.patch(`${MAPS}/a`, 'json', [{ op: 'test', path: '/data/x', value: '2' }])).status).toBe(422);
      expect((await api.patch(`${MAPS}/a`, 'apply', configMap('a'))).status).toBe(422);
    });

    it('bytes that are no JSON', async () => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${simulator.url}${MAPS}`, { method: 'POST', headers, body: '{"a":' });
      expect(response.status).toBe(400);
    });
  });

  describe('listing', () => {
    it('by label, and page by page', async () => {
      for (const name of ['a', 'b', 'c']) {
        await api.send('POST', MAPS, configMap(name, {}, { half: name === 'a' ? '1' : '2' }));
      }
      const names = (answer: { body: { items?: { metadata: { name: string } }[] } }) =>
        answer.body.items?.map((o) => o.metadata.name);
      expect(names(await api.get(`${MAPS}?labelSelector=half%3D2`))).toEqual(['b', 'c']);
      const first = await api.get(`${MAPS}?limit=2`);
      expect(names(first)).toEqual(['a', 'b']);
      const rest = await api.get(`${MAPS}?limit=2&continue=${first.body.metadata.continue ?? ''}`);
      expect(names(rest)).toEqual(['c']);
      expect(rest.body.metadata.continue).toBeUndefined();
    });

    it('answers a continue token that is too old with 410', async () => {
      for (const name of ['a', 'b']) await api.send('POST', MAPS, configMap(name));
      const { body } = await api.get(`${MAPS}?limit=1`);
      await api.send('POST', MAPS, configMap('c'));
      simulator.objects.compact();
      const late = await api.get(`${MAPS}?continue=${body.metadata.continue ?? ''}`);
      expect(late.body).toMatchObject({ code: 410, reason: 'Expired' });
    });

    it('as a table when asked', async () => {
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
      const response = await fetch(`${simulator.url}${WEB}`, { headers: { accept } });
      expect(await response.json()).toMatchObject({ kind: 'Table', rows: [{ object: { metadata: { name: 'web' } } }] });
    });
  });

  describe('watching', () => {
    const types = (events: { type: string }[]) => events.map((event) => event.type);

    it('starts with what is there when no version is given', async () => {
      await api.send('POST', MAPS, configMap('a'));
      const events = await api.watch(`${MAPS}?watch=true`, (seen) => seen.length >= 1);
      expect(events).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'a' } } }]);
    });

    it('tells every change after a version, in order', async () => {
      const { resourceVersion } = (await api.get(MAPS)).body.metadata;
      await api.send('POST', MAPS, configMap('a'));
      await api.patch(`${MAPS}/a`, 'merge', { data: { x: '1' } });
      await api.send('DELETE', `${MAPS}/a`);
      const events = await api.watch(
        `${MAPS}?watch=true&resourceVersion=${resourceVersion}`,
        (seen) => seen.length >= 3,
      );
      expect(types(events)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      const versions = events.map((event) => Number(event.object.metadata.resourceVersion));
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
    });

    it('tells an object that leaves the selection as deleted, and one that enters as added', async () => {
      const { resourceVersion } = (await api.get(MAPS)).body.metadata;
      await api.send('POST', MAPS, configMap('a', {}, { on: 'no' }));
      for (const on of ['yes', 'no']) await api.patch(`${MAPS}/a`, 'merge', { metadata: { labels: { on } } });
      const query = `watch=true&labelSelector=on%3Dyes&resourceVersion=${resourceVersion}`;
      expect(types(await api.watch(`${MAPS}?${query}`, (seen) => seen.length >= 2))).toEqual(['ADDED', 'DELETED']);
    });

    it('says 410 when the version is older than the history', async () => {
      const { resourceVersion } = (await api.get(MAPS)).body.metadata;
      await api.send('POST', MAPS, configMap('a'));
      simulator.objects.compact();
      const events = await api.watch(`${MAPS}?watch=true&resourceVersion=${resourceVersion}`, () => false);
      expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    });

    it('sends bookmarks to who asked for them', async () => {
      const path = `${MAPS}?watch=true&allowWatchBookmarks=true`;
      const [event] = await api.watch(path, (seen) => seen.length >= 1);
      expect(event).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap' } });
    });

    it('marks the end of the initial events', async () => {
      await api.send('POST', MAPS, configMap('a'));
      const path = `${MAPS}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;
      const events = await api.watch(path, (seen) => seen.length >= 2);
      expect(types(events)).toEqual(['ADDED', 'BOOKMARK']);
      expect(events[1]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    });

    it('ends after timeoutSeconds', async () => {
      expect(await api.watch(`${MAPS}?watch=true&timeoutSeconds=1`, () => false)).toEqual([]);
    });

    it('refuses a version from the future', async () => {
      expect((await api.get(`${MAPS}?watch=true&resourceVersion=999999999`)).body).toMatchObject({ code: 504 });
    });
  });

  it('logs what was asked of it', async () => {
    simulator.requests.clear();
    await api.patch(`${WEB}?dryRun=All&fieldManager=me`, 'merge', { metadata: { labels: { a: 'b' } } });
    expect(simulator.requests.list()).toMatchObject([
      { method: 'PATCH', path: WEB, verb: 'patch', dryRun: true, fieldManager: 'me', status: 200 },
    ]);
  });

  it('refuses manifests that it cannot use, and says which', async () => {
    await expect(startSimulator({ manifests: deployment('a') + '---\n{kind: Nope}' })).rejects.toThrow('document 2');
  });
});
