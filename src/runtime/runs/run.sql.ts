import type { Statement } from '../../platform/database/database.js';

/** Channel on which a run's id is announced when new events of it are committed. */
export const RUN_CHANNEL = 'atom_run';
/** Channel on which a run's id is announced when somebody asked for its end. */
export const CANCEL_CHANNEL = 'atom_run_cancel';

/**
 * What the end of a run (a CTE named `ended`) makes of the steps that it finds open. One at work may have had its effect; one
 * that never started never will, unless a person goes on with the run.
 */
export const SETTLE_OPEN_STEPS = `
      UPDATE run_step s
         SET state = CASE WHEN s.state = 'running' THEN 'unknown' WHEN ended.state = 'cancelled' THEN 'cancelled' ELSE 'skipped' END,
             finished_at = CASE WHEN s.state = 'pending' THEN now() END
        FROM ended
       WHERE s.run_id = ended.id AND ended.state <> 'queued'
         AND (s.state = 'running' OR (s.state = 'pending' AND ended.state <> 'needs_attention'))`;

/**
 * $1: an array of runs. Inserts each run that its requester's key has not started before, with its steps and its first
 * event, and answers those that are new.
 */
export const SUBMIT_RUNS = {
  name: 'run-submit',
  text: `
    WITH asked AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(
        id uuid, workflow text, version text, digest text, dry_run boolean, inputs jsonb, target text, decision jsonb, requested_by text,
        idempotency_key text, request_hash text, timeout_ms int, queue_timeout_ms bigint, steps jsonb)
    ), inserted AS (
      INSERT INTO run (id, workflow, version, digest, dry_run, inputs, target, decision, requested_by, idempotency_key, request_hash,
                       timeout_ms, queue_deadline)
      SELECT id, workflow, version, digest, dry_run, inputs, target, decision, requested_by, idempotency_key,
             decode(request_hash, 'hex'), timeout_ms, now() + queue_timeout_ms * interval '1 millisecond'
        FROM asked
       -- In the order of the keys, as everywhere: two batches with the same keys do not wait for each other in a circle.
       ORDER BY requested_by, idempotency_key
      ON CONFLICT (requested_by, idempotency_key) DO NOTHING
      RETURNING id, created_at
    ), steps AS (
      INSERT INTO run_step (run_id, index, name, action)
      SELECT id, step.position - 1, step.value ->> 'name', step.value ->> 'action'
        FROM inserted JOIN asked USING (id), jsonb_array_elements(asked.steps) WITH ORDINALITY AS step(value, position)
    ), events AS (
      INSERT INTO run_event (run_id, seq, type, data) SELECT id, 0, 'run', '{"state": "queued"}' FROM inserted
    )
    SELECT id, created_at FROM inserted`,
};

/**
 * $1: run, $2: who asks. The lock comes first: a run that is claimed in this moment is seen as what it has become. A queued
 * run ends under a new fence; a running one is marked and its worker told.
 */
export const CANCEL_RUN = {
  name: 'run-cancel',
  text: `
    WITH locked AS (
      SELECT id, state FROM run WHERE id = $1 FOR UPDATE
    ), ended AS (
      UPDATE run r SET state = 'cancelled', fence = fence + 1, cancel_requested_by = $2, finished_at = now(),
             reason = jsonb_build_object('code', 'CANCELLED', 'message', 'Cancelled by ' || $2::text || ' before it started.')
        FROM locked WHERE r.id = locked.id AND locked.state = 'queued'
      RETURNING r.id, r.fence, r.state, r.reason
    ), steps AS (${SETTLE_OPEN_STEPS}
    ), events AS (
      INSERT INTO run_event (run_id, seq, type, data)
      SELECT id, fence * 4294967296, 'run', jsonb_build_object('state', state, 'reason', reason) FROM ended
    ), marked AS (
      UPDATE run r SET cancel_requested_by = coalesce(cancel_requested_by, $2)
        FROM locked WHERE r.id = locked.id AND locked.state = 'running'
      RETURNING r.id
    )
    SELECT pg_notify('${RUN_CHANNEL}', id::text) FROM ended
    UNION ALL
    SELECT pg_notify('${CANCEL_CHANNEL}', id::text) FROM marked`,
};

/**
 * Ids are UUIDv7, so a range of ids is a range of times, and the index (workflow, id) or (workflow, version, id) is read from
 * its newest end. Two statements, for one that takes both ways would read the wrong index.
 */
function historyOf(
  name: string,
  which: string,
  [since, maxCounted, lastAmong]: readonly [string, string, string],
): Statement {
  return {
    name,
    text: `
      WITH newest AS (
        SELECT id, state, dry_run, created_at FROM run WHERE ${which} AND id >= ${since} ORDER BY id DESC LIMIT ${maxCounted}
      ), counted AS (
        SELECT state, count(*)::integer AS n FROM newest WHERE NOT dry_run GROUP BY state
      )
      SELECT coalesce((SELECT jsonb_object_agg(state, n) FROM counted), '{}') AS counts,
             (SELECT min(created_at) FROM newest HAVING count(*) >= ${maxCounted}) AS "countedSince",
             (SELECT id FROM (SELECT id, dry_run FROM run WHERE ${which} ORDER BY id DESC LIMIT ${lastAmong}) latest
               WHERE NOT dry_run ORDER BY id DESC LIMIT 1) AS "lastId"`,
  };
}

/** $1: workflow, $2: the lowest id that is counted, $3: at most so many are counted, $4: the last is among so many. */
export const HISTORY_OF_WORKFLOW = historyOf('run-history', 'workflow = $1', ['$2', '$3', '$4']);

/** $1: workflow, $2: version, then as HISTORY_OF_WORKFLOW. */
export const HISTORY_OF_VERSION = historyOf('run-history-of-version', 'workflow = $1 AND version = $2', [
  '$3',
  '$4',
  '$5',
]);
