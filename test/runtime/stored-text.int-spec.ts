import { afterAll, describe, expect, it } from '@jest/globals';

import { StepError } from '../../src/runtime/adapters/step.error.js';
import { aStep } from '../builders/verified-package.builder.js';
import { FakeAction } from '../fakes/fake-action.js';
import { postgresRuns } from './postgres-runs.js';
import { linesOf, WorkerHarness } from './worker.harness.js';

const GET = 'kubernetes/get';
const runs = await postgresRuns();
afterAll(() => runs.close());

describe('what an action says, on PostgreSQL', () => {
  it('ends the run as it should, though jsonb has no place for all of it', async () => {
    const action = new FakeAction(GET, (_input, context) => {
      for (const line of ['a\0b', '\ud800', '👍', '']) context.log(line);
      return Promise.resolve({ outputs: { object: { 'key\0': 'value\0', '\udfff': 1 } } });
    });
    const { run, steps, events } = await new WorkerHarness([action], { runs }).run({ steps: [aStep()] });
    expect(run.state).toBe('succeeded');
    expect(linesOf(events)).toEqual(['a\ufffdb', '\ufffd', '👍', '']);
    expect(steps[0]?.outputs).toEqual({ object: { 'key\ufffd': 'value\ufffd', '\ufffd': 1 } });
  });

  it('keeps an error whose details hold it', async () => {
    const action = new FakeAction(GET, () =>
      Promise.reject(new StepError('STEP.REJECTED', 'no\0', { details: { '\0': '\0' } })),
    );
    const { steps } = await new WorkerHarness([action], { runs }).run({ steps: [aStep()] });
    expect(steps[0]).toMatchObject({
      state: 'failed',
      error: { message: 'no\ufffd', details: { '\ufffd': '\ufffd' } },
    });
  });

  it('fails a step whose outputs are nested too deeply to be stored, and does not hang', async () => {
    let deep: unknown = 1;
    for (let n = 0; n < 200_000; n++) deep = [deep];
    const action = new FakeAction(GET, () => Promise.resolve({ outputs: { deep } }));
    const { run } = await new WorkerHarness([action], { runs }).run({ steps: [aStep()] });
    expect(run.state).toBe('failed');
  });

  it('keeps ten thousand lines of one step', async () => {
    const action = new FakeAction(GET, (_input, context) => {
      for (let n = 0; n < 20_000; n++) context.log(`line ${n}`);
      return Promise.resolve({ outputs: {} });
    });
    const { run, events } = await new WorkerHarness([action], { runs }).run({ steps: [aStep()] });
    expect(run.state).toBe('succeeded');
    expect(linesOf(events)).toHaveLength(10_001);
  });
});
