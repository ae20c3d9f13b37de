import { RUN_CHANNEL, SETTLE_OPEN_STEPS } from '../runs/run.sql.js';
import { RUN_STATES } from '../runs/run.state.js';
import { STEP_STATES } from '../runs/step.state.js';
import type { StateGraph } from '../state-graph.js';

/** The state machine as SQL: `(to = 'x' AND from IN (…)) OR …`, so that an UPDATE can only follow an edge of the graph. */
function guard<State extends string>(graph: StateGraph<State>, from: string, to: string): string {
  const edges = graph.states
    .map((state) => ({ state, sources: graph.sourcesOf(state) }))
    .filter(({ sources }) => sources.length > 0)
    .map(({ state, sources }) => `(${to} = '${state}' AND ${from} IN (${sources.map((s) => `'${s}'`).join(', ')}))`);
  return `(${edges.join(' OR ')})`;
}

function ends<State extends string>(graph: StateGraph<State>): string {
  return [...graph.ends].map((state) => `'${state}'`).join(', ');
}

/** $1: run ids, $2: owner, $3: lease in ms. Rows are locked in the order of their ids, as everywhere: no deadlock. */
export const CLAIM = {
  name: 'journal-claim',
  text: `
    WITH due AS (
      SELECT id FROM run
       WHERE id = ANY ($1::uuid[]) AND (state = 'queued' OR (state = 'running' AND lease_until < now()))
       ORDER BY id FOR UPDATE
    ), claimed AS (
      UPDATE run r SET state = 'running', fence = fence + 1, lease_owner = $2,
             lease_until = now() + $3::int * interval '1 millisecond', started_at = coalesce(started_at, now()), reason = NULL
        FROM due WHERE r.id = due.id
      RETURNING r.*
    ), events AS (
      INSERT INTO run_event (run_id, seq, type, data)
      SELECT id, fence * 4294967296, 'run', '{"state": "running"}' FROM claimed
    ), told AS (
      SELECT count(pg_notify('${RUN_CHANNEL}', id::text)) AS n FROM claimed
    )
    SELECT claimed.*, extract(epoch FROM started_at + timeout_ms * interval '1 millisecond' - now()) * 1000 AS remaining_ms
      FROM claimed, told`,
};

/** $1: run ids. */
export const STEPS_OF = {
  name: 'journal-steps-of',
  text: `SELECT * FROM run_step WHERE run_id = ANY ($1::uuid[]) ORDER BY run_id, index`,
};

/**
 * $1: array of entries, $2: array of their events. An entry that is repeated after a lost answer finds itself already done.
 * Answers the entries whose fence holds.
 */
export const WRITE = {
  name: 'journal-write',
  text: `
    WITH entry AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(
        run_id uuid, fence int, step_index smallint, step_state text, attempt int, step_outputs jsonb, before jsonb, error jsonb,
        run_state text, reason jsonb, run_outputs jsonb)
    ), owned AS (
      -- Old and new owner of one run may share a batch: everything below goes by the entry, never by the run alone.
      SELECT e.*, r.cancel_requested_by IS NOT NULL AS cancel_requested
        FROM run r JOIN entry e ON r.id = e.run_id AND r.fence = e.fence
       WHERE CASE r.state WHEN 'running' THEN e.run_state IS NULL OR ${guard(RUN_STATES, 'r.state', 'e.run_state')}
                          ELSE r.state = e.run_state END
       ORDER BY r.id FOR UPDATE OF r
    ), step AS (
      UPDATE run_step s
         SET state = o.step_state, attempt = o.attempt,
             outputs = o.step_outputs, before = coalesce(s.before, o.before), error = o.error,
             started_at = CASE WHEN o.step_state = 'running' THEN coalesce(s.started_at, now()) ELSE s.started_at END,
             finished_at = CASE WHEN o.step_state IN (${ends(STEP_STATES)}) THEN coalesce(s.finished_at, now()) END
        FROM owned o
       WHERE s.run_id = o.run_id AND s.index = o.step_index
         AND (${guard(STEP_STATES, 's.state', 'o.step_state')} OR (s.state = o.step_state AND s.attempt = o.attempt))
         AND NOT (o.step_state = 'running' AND o.cancel_requested)
      RETURNING s.run_id, s.index, s.started_at
    ), answer AS (
      SELECT o.*, step.started_at, o.step_state IS NULL OR step.run_id IS NOT NULL AS applied
        FROM owned o LEFT JOIN step ON step.run_id = o.run_id AND step.index = o.step_index
    ), ended AS (
      UPDATE run r
         SET state = a.run_state, reason = a.reason, outputs = a.run_outputs, lease_owner = NULL, lease_until = NULL,
             enqueued_at = CASE WHEN a.run_state = 'queued' THEN now() ELSE r.enqueued_at END,
             finished_at = CASE WHEN a.run_state <> 'queued' THEN coalesce(r.finished_at, now()) END
        FROM answer a
       WHERE r.id = a.run_id AND a.applied AND a.run_state IS NOT NULL
      RETURNING r.id, r.state
    ), open_steps AS (${SETTLE_OPEN_STEPS}
         AND NOT EXISTS (SELECT 1 FROM owned o WHERE o.run_id = s.run_id AND o.step_index = s.index)
    ), events AS (
      INSERT INTO run_event (run_id, seq, type, step_index, data)
      SELECT v.run_id, v.seq, v.type, v.step_index, v.data
        FROM jsonb_to_recordset($2::jsonb) AS v(run_id uuid, fence int, seq bigint, type text, step_index smallint, data jsonb)
        JOIN answer a ON a.run_id = v.run_id AND a.fence = v.fence
       WHERE a.applied OR (a.cancel_requested AND a.step_state = 'running' AND v.type = 'log')
      ON CONFLICT DO NOTHING
    ), told AS (
      SELECT count(pg_notify('${RUN_CHANNEL}', run_id::text)) AS n FROM owned
    )
    SELECT a.run_id, a.fence, a.cancel_requested, a.started_at, a.applied FROM told, answer a`,
};

/** $1: run ids, $2: their fences, $3: lease in ms. */
export const HEARTBEAT = {
  name: 'journal-heartbeat',
  text: `
    WITH held AS (
      SELECT r.id FROM run r JOIN unnest($1::uuid[], $2::int[]) AS h(id, fence) ON r.id = h.id AND r.fence = h.fence
       WHERE r.state = 'running'
       ORDER BY r.id FOR UPDATE OF r
    )
    UPDATE run r SET lease_until = now() + $3::int * interval '1 millisecond' FROM held WHERE r.id = held.id
    RETURNING r.id AS run_id, r.cancel_requested_by IS NOT NULL AS cancel_requested`,
};

/** $1: quiet time in ms, $2: limit. */
export const TAKE_DUE = {
  name: 'journal-take-due',
  text: `
    WITH due AS (
      SELECT id FROM run
       WHERE (state = 'queued' OR (state = 'running' AND lease_until < now()))
         AND enqueued_at < now() - $1::int * interval '1 millisecond'
       ORDER BY enqueued_at LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    UPDATE run r SET enqueued_at = now() FROM due WHERE r.id = due.id RETURNING r.id AS run_id, r.fence`,
};

/**
 * $1: how many workers may lose a run. The queue timeout is for runs that nobody ever took. The new fence makes the end final
 * for a worker that still believes in the run.
 */
export const END_OVERDUE = {
  name: 'journal-end-overdue',
  text: `
    WITH overdue AS (
      SELECT id FROM run
       WHERE (state = 'queued' AND fence = 0 AND queue_deadline < now())
          OR (state = 'running' AND lease_until < now() AND fence >= $1::int)
       ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
    ), ended AS (
      UPDATE run r SET fence = fence + 1, finished_at = now(), lease_owner = NULL, lease_until = NULL,
             state = CASE r.state WHEN 'queued' THEN 'timed_out' ELSE 'needs_attention' END,
             reason = CASE r.state
               WHEN 'queued' THEN jsonb_build_object('code', 'QUEUE_TIMEOUT', 'message', 'No worker took the run before its queue timeout.')
               ELSE jsonb_build_object('code', 'WORKER_LOST', 'message', r.fence || ' workers were lost while they executed the run.')
             END
        FROM overdue WHERE r.id = overdue.id
      RETURNING r.id, r.fence, r.state, r.reason
    ), steps AS (${SETTLE_OPEN_STEPS}
    ), events AS (
      INSERT INTO run_event (run_id, seq, type, data)
      SELECT id, fence * 4294967296, 'run', jsonb_build_object('state', state, 'reason', reason) FROM ended
    ), told AS (
      SELECT count(pg_notify('${RUN_CHANNEL}', id::text)) AS n FROM ended
    )
    SELECT ended.state, count(*)::int AS n FROM ended, told GROUP BY ended.state`,
};
