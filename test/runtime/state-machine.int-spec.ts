import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { RunChange } from '../../src/runtime/execution/run-journal.js';
import { RUN_STATES, type RunState } from '../../src/runtime/runs/run.state.js';
import { STEP_STATES, type StepState } from '../../src/runtime/runs/step.state.js';
import { aRun } from '../builders/run.builder.js';
import { type PostgresRuns, postgresRuns } from './postgres-runs.js';

let runs: PostgresRuns;

beforeAll(async () => {
  runs = await postgresRuns();
});
afterAll(() => runs.close());

function pairs<State>(states: readonly State[]): [State, State][] {
  return states.flatMap((from) => states.map((to): [State, State] => [from, to]));
}

/** A run that is in this state, whatever led there; its owner, if any, has fence 1 and is alive. */
async function runIn(state: RunState, ...steps: readonly StepState[]): Promise<string> {
  const { id } = (await runs.store.submit(aRun({ queueTimeoutMs: 0 }))).run;
  const owned = state === 'queued' ? '' : `, fence = 1, lease_until = now() + interval '1 hour'`;
  await runs.query(`UPDATE run SET state = $2${owned} WHERE id = $1`, [id, state]);
  for (const [index, step] of steps.entries()) {
    await runs.query('UPDATE run_step SET state = $3, attempt = 1 WHERE run_id = $1 AND index = $2', [id, index, step]);
  }
  return id;
}

describe('the states of a run', () => {
  /** Every way in which Atom takes a run to a state. */
  async function attemptAll(id: string, to: RunState): Promise<void> {
    const write = async (fence: number): Promise<void> => {
      await runs.journal.write({ runId: id, fence, run: { state: to } as RunChange, events: [] });
    };
    await write(0);
    await write(1);
    if (to === 'running') await runs.journal.claim(id);
    if (to === 'cancelled') await runs.store.cancel(id, 'lea');
    if (to === 'timed_out') await runs.journal.endOverdue(1000);
  }

  it.each(pairs(RUN_STATES.states))('%s → %s happens only along an edge', async (from, to) => {
    const id = await runIn(from);
    await attemptAll(id, to);
    expect((await runs.store.find(id))?.state).toBe(RUN_STATES.allows(from, to) ? to : from);
  });

  it('are those that the table accepts', async () => {
    expect(await acceptedStates('run_state_check')).toEqual(new Set(RUN_STATES.states));
  });
});

describe('the states of a step', () => {
  it.each(pairs(STEP_STATES.states))('%s → %s happens only along an edge', async (from, to) => {
    const id = await runIn('running', from);
    const step = { index: 0, state: to, attempt: 2 };
    const answer = await runs.journal.write({ runId: id, fence: 1, step, events: [] });
    const allowed = STEP_STATES.allows(from, to);
    expect(answer.owned).toBe(allowed);
    expect((await runs.store.steps(id))[0]).toMatchObject(
      allowed ? { state: to, attempt: 2 } : { state: from, attempt: 1 },
    );
  });

  it.each(RUN_STATES.states.filter((state) => state !== 'running'))(
    'do not change in a run that is %s',
    async (state) => {
      const id = await runIn(state, 'pending', 'running');
      for (const [index, to] of (['running', 'succeeded'] as const).entries()) {
        await runs.journal.write({ runId: id, fence: 1, step: { index, state: to, attempt: 1 }, events: [] });
      }
      expect((await runs.store.steps(id)).map((step) => step.state)).toEqual(['pending', 'running', 'pending']);
    },
  );

  it('are those that the table accepts', async () => {
    expect(await acceptedStates('run_step_state_check')).toEqual(new Set(STEP_STATES.states));
  });
});

async function acceptedStates(constraint: string): Promise<Set<string>> {
  const sql = 'SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = $1';
  const [row] = await runs.query<{ text: string }>(sql, [constraint]);
  return new Set([...(row?.text ?? '').matchAll(/'(\w+)'/g)].map(([, state]) => state!));
}
