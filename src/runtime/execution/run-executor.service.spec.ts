import { describe, expect, it } from '@jest/globals';

import { aStep } from '../../../test/builders/verified-package.builder.js';
import { fails, FakeAction, succeeds } from '../../../test/fakes/fake-action.js';
import { linesOf, WorkerHarness } from '../../../test/runtime/worker.harness.js';
import type { Finding } from '../../policy/index.js';
import { RunExecutor } from './run-executor.service.js';

const GET = 'kubernetes/get';
const steps = ['one', 'two', 'three'].map((name) => aStep({ name }));

function setUp(...script: ConstructorParameters<typeof FakeAction> extends [string, ...infer Rest] ? Rest : never) {
  const action = new FakeAction(GET, ...script);
  return { action, worker: new WorkerHarness([action]) };
}

describe(RunExecutor.name, () => {
  it('takes a run through its steps, in order, to its outputs', async () => {
    const { action, worker } = setUp(succeeds({ object: { n: 1 } }), succeeds({ object: { n: 2 } }));
    const {
      run,
      steps: done,
      events,
    } = await worker.run({
      steps: steps.slice(0, 2),
      outputs: { last: '${{ steps.two.outputs.object.n }}', fixed: 'text' },
    });
    expect(run).toMatchObject({
      state: 'succeeded',
      outputs: { last: 2, fixed: 'text' },
      finishedAt: expect.any(Date),
    });
    expect(done.map(({ state, attempt }) => [state, attempt])).toEqual([['succeeded', 1], ['succeeded', 1]]); // prettier-ignore
    expect(action.calls.map(({ context }) => context.effectKey)).toEqual([`${run.id}/one`, `${run.id}/two`]);
    expect(events.map(({ type, data }) => `${type} ${'state' in data ? data.state : ''}`)).toEqual([
      ...['run queued', 'run running', 'step running', 'step succeeded', 'step running', 'step succeeded'],
      'run succeeded',
    ]);
  });

  it('holds a run to the namespaces that its package declares, whatever the inputs say', async () => {
    const { action, worker } = setUp(succeeds());
    const elsewhere = aStep({ with: { kind: 'Pod', namespace: '${{ inputs.namespace }}', name: 'etcd' } });
    const { run, steps: done } = await worker.run({ steps: [elsewhere] }, { inputs: { namespace: 'kube-system' } });
    expect(run.state).toBe('failed');
    expect(done[0]).toMatchObject({ state: 'failed', error: { code: 'STEP.FORBIDDEN' } });
    expect(action.calls).toEqual([]);
  });

  it('gives a step what the run knows: inputs, target, run and the steps before it', async () => {
    const { action, worker } = setUp(succeeds({ object: { name: 'from-one' } }));
    const second = aStep({
      name: 'two',
      with: {
        kind: '${{ target }}',
        namespace: '${{ inputs.namespace }}',
        name: '${{ steps.one.outputs.object.name }}',
        apiVersion: "${{ steps.one.state == 'succeeded' ? 'apps/v1' : 'v1' }}",
      },
    });
    const { run } = await worker.run(
      { steps: [steps[0]!, second] },
      { target: 'Deployment', inputs: { namespace: 'shop' } },
    );
    expect(run.state).toBe('succeeded');
    expect(action.calls[1]?.input).toEqual({
      ...{ kind: 'Deployment', namespace: 'shop', name: 'from-one', apiVersion: 'apps/v1' },
    });
  });

  it.each(['version-revoked', 'key-revoked', 'digest-mismatch'] as const)(
    'stops before its next step when the package is refused meanwhile: %s',
    async (code) => {
      const { action, worker } = setUp(() => {
        worker.catalog.refuse(code);
        return Promise.resolve({ outputs: {} });
      });
      const { run, steps: done } = await worker.run({ steps });
      expect(run).toMatchObject({ state: 'failed', reason: { code: 'PACKAGE_REFUSED' } });
      expect(run.reason?.message).toContain(code);
      expect(done.map(({ state }) => state)).toEqual(['succeeded', 'skipped', 'skipped']);
      expect(action.calls).toHaveLength(1);
    },
  );

  it('asks again when the database is away between two steps', async () => {
    const { action, worker } = setUp();
    const open = worker.catalog.open.bind(worker.catalog);
    let asked = 0;
    worker.catalog.open = (ref) => {
      const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return ++asked === 2 ? Promise.reject(away) : open(ref);
    };
    expect((await worker.run({ steps })).run.state).toBe('succeeded');
    expect([action.calls.length, asked]).toEqual([3, 4]);
  });

  it('skips a step whose `if` is false, and goes on', async () => {
    const { action, worker } = setUp();
    const spec = { steps: [aStep({ name: 'one', if: "${{ inputs.namespace == 'other' }}" }), steps[1]!] };
    const { run, steps: done } = await worker.run(spec, { inputs: { namespace: 'shop' } });
    expect(run.state).toBe('succeeded');
    expect(done.map(({ state }) => state)).toEqual(['skipped', 'succeeded']);
    expect(action.calls).toHaveLength(1);
  });

  it.each(["${{ 'text' }}", '${{ steps.nothing.outputs.a }}'])('fails a step whose `if` is %s', async (source) => {
    const { action, worker } = setUp();
    const { run, steps: done } = await worker.run({ steps: [aStep({ if: source })] });
    expect(run).toMatchObject({ state: 'failed', reason: { code: 'STEP_FAILED' } });
    expect(done[0]).toMatchObject({ state: 'failed', error: { code: 'STEP.EXPRESSION_FAILED' } });
    expect(action.calls).toEqual([]);
  });

  it('ends the run with the step that fails', async () => {
    const { worker } = setUp(succeeds(), fails('STEP.UNHEALTHY', { details: { pods: 1 } }));
    const { run, steps: done } = await worker.run({ steps });
    expect(run).toMatchObject({
      state: 'failed',
      reason: { code: 'STEP_FAILED', message: expect.stringContaining('two') },
    });
    expect(done.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'skipped']);
    expect(done[1]?.error).toMatchObject({ code: 'STEP.UNHEALTHY', details: { pods: 1 } });
  });

  it('goes on after a failure that the package allows, and lets later steps see it', async () => {
    const { worker } = setUp(fails('STEP.NOT_FOUND'), succeeds());
    const second = aStep({ name: 'two', if: "${{ steps.one.state == 'failed' }}" });
    const { run, steps: done } = await worker.run({ steps: [aStep({ name: 'one', continueOnError: true }), second] });
    expect(run.state).toBe('succeeded');
    expect(done.map(({ state }) => state)).toEqual(['failed', 'succeeded']);
  });

  it('fails the run whose outputs cannot be computed, and keeps its steps', async () => {
    const { worker } = setUp();
    const { run, steps: done } = await worker.run({
      steps: [steps[0]!],
      outputs: { x: '${{ steps.one.outputs.none }}' },
    });
    expect(run).toMatchObject({ state: 'failed', reason: { code: 'OUTPUTS_FAILED' } });
    expect(done[0]?.state).toBe('succeeded');
  });

  it('does not start a step of a package that is refused now', async () => {
    const { action, worker } = setUp();
    const id = await worker.submit({ steps });
    worker.catalog.refuse('signer-not-trusted');
    await worker.executor.execute(id);
    const { run, steps: done } = await worker.look(id);
    expect(run).toMatchObject({ state: 'failed', reason: { code: 'PACKAGE_REFUSED' } });
    expect(run.reason?.message).toContain('signer-not-trusted');
    expect(done.map(({ state }) => state)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(action.calls).toEqual([]);
  });

  it('does not start a step that policy denies now, and the decision is on record', async () => {
    const { action, worker } = setUp();
    const finding: Finding = {
      ...{ ruleId: 'ATOM-K8S-001', severity: 'critical', message: 'It reaches too far.', pointer: '#' },
      ...{ blast: 'cluster', reversibility: 'irreversible' },
    };
    const { run } = await worker.run({ steps }, {}, { findings: [finding] });
    expect(run).toMatchObject({ state: 'failed', reason: { code: 'POLICY_DENIED' } });
    expect(worker.decisions.saves).toBe(1);
    expect(action.calls).toEqual([]);
  });

  it('leaves the run to another attempt when the registry cannot be asked', async () => {
    const { action, worker } = setUp();
    const id = await worker.submit({ steps });
    worker.catalog.refuse(new Error('the database is away'));
    await expect(worker.executor.execute(id)).rejects.toThrow('the database is away');
    expect((await worker.look(id)).run.state).toBe('running');
    expect(action.calls).toEqual([]);
    expect(await worker.registry.getSingleMetricAsString('active_workflows')).toContain('active_workflows 0');
  });

  it('does nothing with a run that ended or that another worker has', async () => {
    const { action, worker } = setUp();
    const [cancelled, taken] = [await worker.submit({ steps }), await worker.submit({ steps })];
    await worker.runs.store.cancel(cancelled, 'lea');
    await worker.runs.otherJournal.claim(taken);
    for (const id of [cancelled, taken, 'unknown']) await worker.executor.execute(id);
    expect(action.calls).toEqual([]);
  });

  it('only plans in a dry-run, and has no outputs', async () => {
    const { action, worker } = setUp();
    const unknowable = aStep({ name: 'two', with: { kind: 'Pod', name: '${{ steps.one.outputs.object.name }}' } });
    const spec = { steps: [steps[0]!, unknowable], outputs: { x: '${{ steps.one.outputs.object }}' } };
    const { run, steps: done } = await worker.run(spec, { dryRun: true });
    expect(run).toMatchObject({ state: 'succeeded', outputs: null });
    expect(done[0]).toMatchObject({ state: 'succeeded', outputs: { plan: { changes: [] } } });
    expect(done[1]).toMatchObject({ state: 'skipped', outputs: { plan: { unsimulated: expect.any(String) } } });
    expect(action.calls).toEqual([]);
  });

  it('keeps what the actions said, in its order, before the end of their step', async () => {
    const { action, worker } = setUp();
    action.will((_input, context) => {
      for (let n = 1; n <= 100; n++) context.log(`line ${n}`);
      return Promise.resolve({ outputs: {} });
    });
    const { events } = await worker.run({ steps: [steps[0]!] });
    expect(linesOf(events)).toEqual(Array.from({ length: 100 }, (_, n) => `line ${n + 1}`));
    expect(events.slice(-2).map(({ data }) => data)).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
  });

  it('counts how runs ended', async () => {
    const { worker } = setUp(succeeds(), fails('STEP.REJECTED'));
    await worker.run({ steps: [steps[0]!] });
    await worker.run({ steps: [steps[0]!] });
    const metrics = await worker.registry.metrics();
    expect(metrics).toContain('workflow_runs_total{workflow_name="restart-unhealthy",status="succeeded"} 1');
    expect(metrics).toContain('workflow_failure_total{workflow_name="restart-unhealthy",error_type="step_failed"} 1');
    expect(metrics).toContain('workflow_duration_seconds_count{workflow_name="restart-unhealthy"} 2');
    expect(metrics).toContain('active_workflows 0');
  });
});
