import { describe, expect, it } from '@jest/globals';

import type { ActionsHarness, Input } from './actions.harness.js';
import type { RequestMatch } from './cluster.subject.js';

/** Each verb, and the request that it cannot do without. */
const VERBS: readonly (readonly [string, Input, RequestMatch])[] = [
  ['get', {}, { verb: 'get', resource: 'deployments' }],
  ['list', { name: undefined }, { verb: 'list', resource: 'deployments' }],
  ['logs', {}, { verb: 'get', resource: 'pods', subresource: 'log' }],
  ['events', {}, { verb: 'list', resource: 'events' }],
  ['restart', {}, { verb: 'patch', resource: 'deployments' }],
  ['scale', { replicas: 3 }, { verb: 'patch', resource: 'deployments', subresource: 'scale' }],
  ['annotate', { annotations: { 'example.com/a': 'b' } }, { verb: 'patch', resource: 'deployments' }],
];

export function describeFaults(on: () => ActionsHarness): void {
  const inputOf = (more: Input): Input => {
    return Object.fromEntries(Object.entries(on().web(more)).filter(([, value]) => value !== undefined));
  };

  describe.each(VERBS)('%s', (verb, more, match) => {
    it('passes a refusal, an overload and a failure of the API server on', async () => {
      await on().deployed();
      const execute = (): Promise<unknown> => on().execute(verb, inputOf(more));

      on().cluster.disturb(match, { type: 'status', code: 429, retryAfterSeconds: 7 }, 1);
      const unavailable = { code: 'STEP.UNAVAILABLE', transient: true };
      await expect(execute()).rejects.toMatchObject({ ...unavailable, retryAfterMs: 7000, details: { status: 429 } });

      on().cluster.disturb(match, { type: 'status', code: 500 }, 1);
      await expect(execute()).rejects.toMatchObject({ ...unavailable, details: { status: 500 } });

      on().cluster.disturb(match, { type: 'reset', when: 'before-write' }, 1);
      await expect(execute()).rejects.toMatchObject(unavailable);

      on().cluster.disturb(match, { type: 'status', code: 409 }, 10);
      await expect(execute()).rejects.toMatchObject({ code: 'STEP.CONFLICT', transient: true });
      on().cluster.calm();

      on().cluster.deny(match);
      await expect(execute()).rejects.toMatchObject({ code: 'STEP.FORBIDDEN', transient: false });
      on().cluster.calm();
      await expect(execute()).resolves.toHaveProperty('outputs');
    });

    it('stops at once when it is told to', async () => {
      await on().deployed();
      on().cluster.disturb(match, { type: 'latency', ms: 1000 }, 1);
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      const stopped = on().execute(verb, inputOf(more), { signal: stop.signal });
      await expect(stopped).rejects.toMatchObject({ code: 'STEP.CANCELLED' });
    });

    it('does nothing when it was told to stop before', async () => {
      const seen = await on().during(async () => {
        const stopped = on().execute(verb, inputOf(more), { signal: AbortSignal.abort() });
        await expect(stopped).rejects.toMatchObject({ code: 'STEP.CANCELLED' });
      });
      expect(seen).toEqual([]);
    });
  });
}
