import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { aVerifiedPackage } from '../../../test/builders/verified-package.builder.js';
import { FakeDecisionStore } from '../../../test/fakes/fake-decision.store.js';
import { FakeRunQueue } from '../../../test/fakes/fake-run.queue.js';
import { FakeWorkflowCatalog } from '../../../test/fakes/fake-workflow.catalog.js';
import { fakeRuns } from '../../../test/runtime/runs.subject.js';
import { loadConfig } from '../../platform/config/config.js';
import { PolicyService } from '../../policy/index.js';
import type { VerifiedPackage } from '../../registry/index.js';
import type { PackageSpec, Safety } from '../../wpk/index.js';
import { RunsService } from './runs.service.js';

Logger.overrideLogger(false);

const principal = { tokenId: '1', name: 'ci', role: 'operator' } as const;
const inputsSchema = {
  type: 'object',
  required: ['namespace'],
  properties: { namespace: { type: 'string' }, lines: { type: 'integer', default: 200 } },
} as const;

function setUp(spec: Partial<PackageSpec> = {}, facts: Partial<VerifiedPackage['facts']> = {}) {
  const runs = fakeRuns();
  const queue = new FakeRunQueue();
  const catalog = new FakeWorkflowCatalog();
  const verified = aVerifiedPackage({ inputs: inputsSchema, ...spec }, facts);
  catalog.add(verified);
  const policy = new PolicyService(new FakeDecisionStore(), { inc: () => undefined } as never);
  const config = loadConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1/none', EXECUTION_TIMEOUT: '60' });
  const service = new RunsService(runs.store, queue, catalog, policy, config);
  const submit = (inputs: Record<string, unknown> = { namespace: 'shop' }, key = 'key-1', dryRun = false) =>
    service.submit({ workflow: verified.name, inputs, dryRun }, key, principal);
  return { runs, queue, service, submit, verified, catalog };
}

describe(RunsService.name, () => {
  it('accepts a run with its defaults, and tells the queue', async () => {
    const { queue, submit, verified } = setUp({ target: "${{ inputs.namespace + '/web' }}" });
    const { run, replayed } = await submit();
    expect(replayed).toBe(false);
    expect(run).toMatchObject({
      ...{ state: 'queued', digest: verified.digest, requestedBy: 'ci', target: 'shop/web' },
      ...{ inputs: { namespace: 'shop', lines: 200 }, decision: { outcome: 'allow' } },
    });
    expect(queue.delivered).toEqual([{ runId: run.id, fence: 0 }]);
  });

  it('accepts a run though the queue is away', async () => {
    const { runs, queue, submit } = setUp();
    queue.isAway = true;
    const { run } = await submit();
    expect(await runs.store.find(run.id)).toMatchObject({ state: 'queued' });
  });

  it('answers a repeated request with its run, though today it would be refused', async () => {
    const { catalog, submit } = setUp();
    const first = await submit();
    catalog.refuse('signer-not-trusted');
    await expect(submit()).resolves.toEqual({ run: first.run, replayed: true });
    await expect(submit({ namespace: 'shop' }, 'key-2')).rejects.toMatchObject({ code: 'signer-not-trusted' });
  });

  it('knows the same request by its content, not by the order of its members', async () => {
    const { queue, submit } = setUp();
    const first = await submit({ namespace: 'shop', lines: 5 });
    const second = await submit({ lines: 5, namespace: 'shop' });
    expect([second.replayed, second.run.id]).toEqual([true, first.run.id]);
    expect(queue.delivered).toHaveLength(1);
  });

  it.each([
    ['other inputs', { namespace: 'other' }, false],
    ['a dry-run', { namespace: 'shop' }, true],
  ])('refuses a key that comes again for %s', async (_what, inputs, dryRun) => {
    const { submit } = setUp();
    await submit();
    await expect(submit(inputs, 'key-1', dryRun)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  });

  it.each([
    [{}, '#/inputs'],
    [{ namespace: 7 }, '#/inputs/namespace'],
    [{ namespace: 'shop', other: 1 }, '#/inputs/other'],
  ])('refuses the inputs %j and says where', async (inputs, pointer) => {
    const error: unknown = await setUp()
      .submit(inputs)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'inputs-invalid', errors: [{ pointer }] });
  });

  it.each<[string, Partial<Safety>, string | undefined, string | undefined]>([
    ['nothing', {}, undefined, undefined],
    ['an approval', { approvalRequired: true }, 'approval-required', undefined],
    ['a dry-run first', { dryRunRequired: true }, 'run-denied', undefined],
  ])('asks policy: the package needs %s', async (_what, more, live, dry) => {
    const safety = { mode: 'manual', approvalRequired: false, dryRunRequired: false, ...more } as const;
    const { submit } = setUp({ safety }, { safety });
    const codeOf = (run: Promise<unknown>): Promise<unknown> =>
      run.then(() => undefined, (error: unknown) => (error as { code: string }).code); // prettier-ignore
    expect(await codeOf(submit(undefined, 'live'))).toBe(live);
    expect(await codeOf(submit(undefined, 'dry', true))).toBe(dry);
  });

  it('starts a run that needed a dry-run once one has succeeded', async () => {
    const safety = { mode: 'manual', approvalRequired: false, dryRunRequired: true } as const;
    const { runs, submit } = setUp({ safety }, { safety });
    const { run } = await submit(undefined, 'dry', true);
    await runs.journal.claim(run.id);
    await runs.journal.write({ runId: run.id, fence: 1, run: { state: 'succeeded' }, events: [] });
    expect((await submit(undefined, 'live')).run.dryRun).toBe(false);
  });

  it('lets no run take longer than this installation allows', async () => {
    const { runs, submit } = setUp({ timeouts: { runMs: 3_600_000, queueMs: 1000 } });
    const { run } = await submit();
    expect((await runs.journal.claim(run.id))?.remainingMs).toBeLessThanOrEqual(60_000);
  });

  describe('cancel', () => {
    it('may be asked for again, but not of a run that ended in another way', async () => {
      const { runs, service, submit } = setUp();
      const [first, second] = [(await submit()).run, (await submit(undefined, 'key-2')).run];
      for (let n = 0; n < 2; n++) {
        expect(await service.cancel(first.id, principal)).toMatchObject({ state: 'cancelled' });
      }
      await runs.journal.claim(second.id);
      await runs.journal.write({ runId: second.id, fence: 1, run: { state: 'failed' }, events: [] });
      await expect(service.cancel(second.id, principal)).rejects.toMatchObject({ code: 'run-ended' });
    });

    it('says that there is no such run', async () => {
      const { service } = setUp();
      const id = '019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11';
      await expect(service.cancel(id, principal)).rejects.toMatchObject({ code: 'run-not-found' });
      await expect(service.get(id)).rejects.toMatchObject({ code: 'run-not-found' });
      await expect(service.steps(id)).rejects.toMatchObject({ code: 'run-not-found' });
    });
  });
});
