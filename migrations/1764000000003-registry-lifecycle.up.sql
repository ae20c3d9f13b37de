-- Signers are keys or keyless identities.
ALTER TABLE package_signature RENAME COLUMN key_id TO signer_id;
ALTER TABLE package_signature
  ADD COLUMN signer    jsonb   NOT NULL DEFAULT '{}',
  ADD COLUMN logged    boolean NOT NULL DEFAULT false,
  ADD COLUMN signed_at timestamptz;
UPDATE package_signature SET signer = jsonb_build_object('kind', 'key', 'keyId', signer_id);
ALTER TABLE package_signature ALTER COLUMN signer DROP DEFAULT, ALTER COLUMN logged DROP DEFAULT;
ALTER TABLE package_signature RENAME COLUMN verified_at TO stored_at;

ALTER TABLE workflow_version RENAME COLUMN key_id TO signer_id;
ALTER TABLE workflow_version
  ADD COLUMN signer       jsonb   NOT NULL DEFAULT '{}',
  ADD COLUMN families     text[]  NOT NULL DEFAULT '{}',
  ADD COLUMN safety_mode  text    NOT NULL DEFAULT 'manual',
  ADD COLUMN media_type   text    NOT NULL DEFAULT '',
  ADD COLUMN size         integer NOT NULL DEFAULT 0,
  ADD COLUMN state        text    NOT NULL DEFAULT 'active',
  ADD COLUMN state_reason text,
  ADD COLUMN state_by     text,
  ADD COLUMN state_at     timestamptz,
  ADD COLUMN override     jsonb,
  ADD CONSTRAINT workflow_version_state_check CHECK (state IN ('active', 'yanked', 'revoked', 'deleted')),
  ADD CONSTRAINT workflow_version_safety_mode_check CHECK (safety_mode IN ('manual', 'auto')),
  -- Among equals of SemVer the bytes decide, as in workflow.shown_rank, and not the collation of the database.
  ALTER COLUMN version TYPE text COLLATE "C",
  -- A deleted version keeps its row, so that its name and version never mean other bytes; the bytes are gone.
  DROP CONSTRAINT workflow_version_digest_fkey;
UPDATE workflow_version v SET signer = jsonb_build_object('kind', 'key', 'keyId', v.signer_id),
                              media_type = p.media_type, size = p.size
  FROM package p WHERE p.digest = v.digest;
ALTER TABLE workflow_version
  ALTER COLUMN signer DROP DEFAULT, ALTER COLUMN families DROP DEFAULT, ALTER COLUMN safety_mode DROP DEFAULT,
  ALTER COLUMN media_type DROP DEFAULT, ALTER COLUMN size DROP DEFAULT;
DROP INDEX workflow_version_latest_idx;
CREATE INDEX workflow_version_latest_idx ON workflow_version (name, state, prerelease, version_key);

-- One row for each name that ever had a version: what the list shows and searches, so that neither has to look at every
-- version; and what whoever changes a version locks, so it stays when the last version is deleted (versions = 0).
CREATE TABLE workflow (
  name           text        NOT NULL,
  versions       integer     NOT NULL,
  latest_version text,
  shown_version  text        NOT NULL,
  shown_rank     bytea       NOT NULL,
  state          text        NOT NULL,
  description    text,
  tags           text[]      NOT NULL,
  families       text[]      NOT NULL,
  safety_mode    text        NOT NULL,
  signer_id      text        NOT NULL,
  updated_at     timestamptz NOT NULL,
  search         tsvector    NOT NULL,
  CONSTRAINT workflow_pkey PRIMARY KEY (name)
);
CREATE INDEX workflow_search_idx ON workflow USING gin (search);
CREATE INDEX workflow_tags_idx ON workflow USING gin (tags);
INSERT INTO workflow (name, versions, latest_version, shown_version, shown_rank, state, description, tags, families,
                      safety_mode, signer_id, updated_at, search)
SELECT DISTINCT ON (name) name, count(*) OVER (PARTITION BY name), CASE WHEN prerelease THEN NULL ELSE version END, version,
       set_byte('\x00'::bytea, 0, CASE WHEN prerelease THEN 2 ELSE 3 END) || version_key || convert_to(version, 'UTF8'),
       state, description, tags, families, safety_mode, signer_id, max(created_at) OVER (PARTITION BY name),
       to_tsvector('simple', translate(name || ' ' || coalesce(description, ''), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
  FROM workflow_version v ORDER BY name, v.prerelease, v.version_key DESC, v.version DESC;
