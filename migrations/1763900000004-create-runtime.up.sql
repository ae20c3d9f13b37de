CREATE TABLE run (
  id                  uuid        NOT NULL,
  workflow            text        NOT NULL,
  version             text        NOT NULL,
  digest              text        NOT NULL,
  dry_run             boolean     NOT NULL DEFAULT false,
  state               text        NOT NULL DEFAULT 'queued',
  reason              jsonb,
  inputs              jsonb       NOT NULL,
  target              text,
  outputs             jsonb,
  decision            jsonb       NOT NULL,
  requested_by        text        NOT NULL,
  idempotency_key     text        NOT NULL,
  request_hash        bytea       NOT NULL,
  fence               integer     NOT NULL DEFAULT 0,
  lease_owner         text,
  lease_until         timestamptz,
  cancel_requested_by text,
  timeout_ms          integer     NOT NULL,
  created_at          timestamptz NOT NULL DEFAULT now(),
  enqueued_at         timestamptz NOT NULL DEFAULT now(),
  queue_deadline      timestamptz NOT NULL,
  started_at          timestamptz,
  finished_at         timestamptz,
  CONSTRAINT run_pkey PRIMARY KEY (id),
  CONSTRAINT run_state_check CHECK (
    state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out', 'needs_attention')
  )
) WITH (fillfactor = 70); -- room for in-page updates: a run is updated a few times and then never again

-- One key starts one run, whatever happens between the request and its answer.
CREATE UNIQUE INDEX run_idempotency_key ON run (requested_by, idempotency_key);
-- What the reconciler looks at stays small, however many runs have ended.
CREATE INDEX run_open_idx ON run (state, enqueued_at) WHERE state IN ('queued', 'running');
CREATE INDEX run_workflow_idx ON run (workflow, id);
-- "Was this digest ever dry-run?" is asked before a live run that needs it.
CREATE INDEX run_dry_run_idx ON run (digest) WHERE dry_run AND state = 'succeeded';

CREATE TABLE run_step (
  run_id      uuid        NOT NULL,
  index       smallint    NOT NULL,
  name        text        NOT NULL,
  action      text        NOT NULL,
  state       text        NOT NULL DEFAULT 'pending',
  attempt     integer     NOT NULL DEFAULT 0,
  outputs     jsonb,
  before      jsonb,
  error       jsonb,
  started_at  timestamptz,
  finished_at timestamptz,
  CONSTRAINT run_step_pkey PRIMARY KEY (run_id, index),
  CONSTRAINT run_step_run_fkey FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE,
  CONSTRAINT run_step_state_check CHECK (
    state IN ('pending', 'running', 'succeeded', 'failed', 'skipped', 'cancelled', 'unknown')
  )
) WITH (fillfactor = 70);

-- Append-only. The owner of a fence numbers its events, so a write that is repeated after a lost answer adds nothing.
CREATE TABLE run_event (
  run_id     uuid        NOT NULL,
  seq        bigint      NOT NULL,
  at         timestamptz NOT NULL DEFAULT now(),
  type       text        NOT NULL,
  step_index smallint,
  data       jsonb       NOT NULL,
  CONSTRAINT run_event_pkey PRIMARY KEY (run_id, seq),
  CONSTRAINT run_event_run_fkey FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE,
  CONSTRAINT run_event_type_check CHECK (type IN ('run', 'step', 'log'))
);
