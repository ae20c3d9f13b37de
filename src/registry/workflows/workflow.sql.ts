/*
 * The statements of the workflow store. `workflow` has one row for each name that ever had a version: whoever changes versions
 * locks that row first, so that what it shows is never older than what was committed. It is never deleted, for a row that is
 * not there cannot be locked.
 */

/** What stands for a workflow: the highest `rank`. */
const RANK = `
  set_byte('\\x00'::bytea, 0, CASE state WHEN 'active' THEN CASE WHEN prerelease THEN 2 ELSE 3 END WHEN 'yanked' THEN 1 ELSE 0 END)
  || version_key || convert_to(version, 'UTF8')`;

/** Punctuation is space: the parser would keep `kubernetes/restart` and `team.example` as one word each, and 2 of `web-2` as -2. */
const SEARCH = `
  to_tsvector('simple', translate(name || ' ' || coalesce(description, ''), '!"#$%&''()*+,-./:;<=>?@[\\]^_\`{|}~', repeat(' ', 32)))`;

/** Of today: an override that has expired is none. */
const OVERRIDE = `CASE WHEN (override->>'expiresAt')::timestamptz > now() THEN override END`;

/** Signatures as they were given, in JSON. One upload's keep their order: each is stored a microsecond after the one before. */
const signaturesOf = (json: string): string => `
  ROWS FROM (jsonb_to_recordset(${json}::jsonb)
    AS (signer_id text, signer jsonb, kind text, text text, logged boolean, attested boolean, signed_at timestamptz)) WITH ORDINALITY
  AS s (signer_id, signer, kind, text, logged, attested, signed_at, place)`;
const STORED_AT = `now() + (s.place - 1) * interval '1 microsecond'`;

const TRUST_REVISION = '(SELECT coalesce(max(revision), 0) FROM trust_revision)';

/**
 * All or nothing in one round trip: the unique index on (name, version) decides who of many is first, and nothing is added
 * when trust is not the one any more that the package was judged by ($18; null where trust is not in the database).
 */
export const ADD = {
  name: 'registry-add',
  text: `
    WITH added AS (
      INSERT INTO workflow_version (id, name, version, version_key, prerelease, digest, description, author, tags, families,
                                    safety_mode, signer_id, signer, decision, uploaded_by, media_type, size)
      SELECT $1::uuid, $2::text, $3::text, $4::bytea, $5::boolean, $6::text, $7::text, $8::text, $9::text[], $10::text[],
             $11::text, $12::text, $13::jsonb, $14::jsonb, $15::text, $16::text, length($17::bytea)
       WHERE $18::integer IS NULL OR $18 = ${TRUST_REVISION}
      ON CONFLICT DO NOTHING RETURNING *
    ), stored AS (
      INSERT INTO package (digest, media_type, size, bytes)
      SELECT digest, media_type, size, $17 FROM added
    ), signed AS (
      INSERT INTO package_signature (digest, signer_id, signer, kind, text, logged, attested, signed_at, stored_at)
      SELECT a.digest, s.signer_id, s.signer, s.kind, s.text, s.logged, s.attested, s.signed_at, ${STORED_AT}
        FROM added a, ${signaturesOf('$19')}
      ON CONFLICT DO NOTHING -- one signer may have signed twice
    ), shown AS (
      INSERT INTO workflow AS w (name, versions, latest_version, shown_version, shown_rank, state, description, tags, families,
                                 safety_mode, signer_id, updated_at, search)
      SELECT name, 1, CASE WHEN prerelease THEN NULL ELSE version END, version, ${RANK}, state, description, tags, families,
             safety_mode, signer_id, created_at, ${SEARCH}
        FROM added
      ON CONFLICT (name) DO UPDATE SET versions = w.versions + 1,
        updated_at = greatest(w.updated_at, excluded.updated_at),
        (latest_version, shown_version, shown_rank, state, description, tags, families, safety_mode, signer_id, search) = (
          SELECT CASE WHEN s.rank > w.shown_rank THEN excluded.latest_version ELSE w.latest_version END,
                 CASE WHEN s.rank > w.shown_rank THEN excluded.shown_version ELSE w.shown_version END,
                 greatest(s.rank, w.shown_rank),
                 CASE WHEN s.rank > w.shown_rank THEN excluded.state ELSE w.state END,
                 CASE WHEN s.rank > w.shown_rank THEN excluded.description ELSE w.description END,
                 CASE WHEN s.rank > w.shown_rank THEN excluded.tags ELSE w.tags END,
                 CASE WHEN s.rank > w.shown_rank THEN excluded.families ELSE w.families END,
                 CASE WHEN s.rank > w.shown_rank THEN excluded.safety_mode ELSE w.safety_mode END,
                 CASE WHEN s.rank > w.shown_rank THEN excluded.signer_id ELSE w.signer_id END,
                 CASE WHEN s.rank > w.shown_rank THEN excluded.search ELSE w.search END
            FROM (SELECT excluded.shown_rank AS rank) s)
    )
    SELECT (SELECT created_at FROM added) AS "createdAt", ${TRUST_REVISION} AS "trustRevision"`,
};

/**
 * More signatures of bytes that are registered; of one evidence a signer's first stays. Answers the signers of what is new.
 * Whoever takes the bytes away waits for it, or it for them: without the lock the foreign key would fail the later one of them.
 */
export const SIGN = {
  name: 'registry-sign',
  text: `
    INSERT INTO package_signature (digest, signer_id, signer, kind, text, logged, attested, signed_at, stored_at)
    SELECT p.digest, s.signer_id, s.signer, s.kind, s.text, s.logged, s.attested, s.signed_at, ${STORED_AT}
      FROM package p, ${signaturesOf('$2')}
     WHERE p.digest = $1
       FOR KEY SHARE OF p
    ON CONFLICT DO NOTHING RETURNING signer_id`,
};

const STANDING = `
  name, version, digest, state, state_reason AS "stateReason", state_by AS "stateBy", state_at AS "stateAt",
  ${OVERRIDE} AS override, ${TRUST_REVISION} AS "trustRevision"`;

export const STANDING_OF_VERSION = {
  name: 'registry-standing',
  text: `SELECT ${STANDING} FROM workflow_version WHERE name = $1 AND version = $2`,
};

export const STANDING_OF_DIGEST = {
  name: 'registry-standing-of-digest',
  text: `SELECT ${STANDING} FROM workflow_version WHERE digest = $1`,
};

export const STANDING_OF_LATEST = {
  name: 'registry-latest',
  text: `
    SELECT ${STANDING} FROM workflow_version
     WHERE name = $1 AND state = 'active' AND NOT prerelease ORDER BY version_key DESC, version DESC LIMIT 1`,
};

/** Whoever changes a version of this name waits here for the others. */
export const LOCK_WORKFLOW = {
  name: 'registry-lock',
  text: 'SELECT name FROM workflow WHERE name = $1 FOR UPDATE',
};

/** $3: the states that it may come from. What has no bytes any more stays deleted. */
export const CHANGE_STATE = {
  name: 'registry-change-state',
  text: `
    UPDATE workflow_version SET state = $4, state_reason = $5, state_by = $6, state_at = now()
     WHERE name = $1 AND version = $2 AND state = ANY ($3::text[])
       AND ($4 = 'deleted' OR EXISTS (SELECT FROM package WHERE package.digest = workflow_version.digest))
    RETURNING digest`,
};

/** As JavaScript writes times, whatever zone the session is in. */
const rfc3339 = (time: string): string => `to_char((${time}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export const SET_OVERRIDE = {
  name: 'registry-override',
  text: `
    UPDATE workflow_version SET override = CASE WHEN $3::text IS NULL THEN NULL ELSE jsonb_build_object(
             'reason', $3::text, 'by', $4::text, 'at', ${rfc3339('now()')},
             'expiresAt', ${rfc3339('now() + make_interval(hours => $5::integer)')}) END
     WHERE name = $1 AND version = $2 AND state IN ('active', 'yanked') RETURNING digest`,
};

/** The row of the list, found anew from the versions. The last of them leaves the row, which then shows nothing. */
export const SHOW_ANEW = {
  name: 'registry-show-anew',
  text: `
    WITH best AS (
      SELECT *, ${RANK} AS rank, ${SEARCH} AS search FROM (
        (SELECT * FROM workflow_version WHERE name = $1 AND state = 'active' AND NOT prerelease
          ORDER BY version_key DESC, version DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM workflow_version WHERE name = $1 AND state = 'active' AND prerelease
          ORDER BY version_key DESC, version DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM workflow_version WHERE name = $1 AND state = 'yanked' ORDER BY version_key DESC, version DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM workflow_version WHERE name = $1 AND state = 'revoked' ORDER BY version_key DESC, version DESC LIMIT 1)
      ) v ORDER BY rank DESC LIMIT 1
    )
    UPDATE workflow w
       SET versions = (SELECT count(*) FROM workflow_version WHERE name = $1 AND state <> 'deleted'), updated_at = now(),
           latest_version = CASE WHEN b.state = 'active' AND NOT b.prerelease THEN b.version END,
           shown_version = coalesce(b.version, w.shown_version), shown_rank = coalesce(b.rank, ''),
           state = coalesce(b.state, 'deleted'), description = b.description, tags = coalesce(b.tags, '{}'),
           families = coalesce(b.families, '{}'), safety_mode = coalesce(b.safety_mode, w.safety_mode),
           signer_id = coalesce(b.signer_id, w.signer_id), search = coalesce(b.search, '')
      FROM (SELECT) always LEFT JOIN best b ON true
     WHERE w.name = $1`,
};

/**
 * The bytes, and a row for each signature: one statement sees both as they were at one moment. Read one after the other, a
 * package that is being deleted would look like one that nobody signed.
 */
export const FIND_PACKAGE = {
  name: 'registry-find-package',
  text: `
    SELECT bytes, NULL AS kind, NULL AS text, NULL::jsonb AS signer, NULL::boolean AS "isLogged", NULL::boolean AS "isAttested",
           NULL::timestamptz AS "signedAt", NULL::timestamptz AS "storedAt", NULL AS signer_id
      FROM package WHERE digest = $1
    UNION ALL
    SELECT NULL, kind, text, signer, logged, attested, signed_at, stored_at, signer_id
      FROM package_signature WHERE digest = $1
    ORDER BY "storedAt" NULLS FIRST, signer_id`,
};

/** As LOCK_WORKFLOW, for whoever knows only the digest. */
export const LOCK_WORKFLOW_OF_DIGEST = {
  name: 'registry-lock-of-digest',
  text: 'SELECT name FROM workflow WHERE name = (SELECT name FROM workflow_version WHERE digest = $1) FOR UPDATE',
};

export const FIND_DELETED = {
  name: 'registry-find-deleted',
  text: `SELECT digest FROM workflow_version WHERE digest = $1 AND state = 'deleted'`,
};

/** No signature comes any more from here on. */
export const LOCK_PACKAGE = {
  name: 'registry-lock-package',
  text: 'SELECT digest FROM package WHERE digest = $1 FOR UPDATE',
};

export const REMOVE_SIGNATURES = {
  name: 'registry-remove-signatures',
  text: 'DELETE FROM package_signature WHERE digest = $1',
};

export const REMOVE_PACKAGE = { name: 'registry-remove-package', text: 'DELETE FROM package WHERE digest = $1' };

/**
 * The bytes of a deleted version come back, signed and admitted anew; they are the same, so the version is the same. They may
 * still be there, when whoever deleted it did not get so far.
 */
export const RESTORE = {
  name: 'registry-restore',
  text: `
    WITH restored AS (
      UPDATE workflow_version SET state = 'active', state_reason = NULL, state_by = $3, state_at = now(), override = NULL,
             uploaded_by = $3, signer_id = $5, signer = $6::jsonb, decision = $7::jsonb
       WHERE digest = $1 AND state = 'deleted' AND ($4::integer IS NULL OR $4 = ${TRUST_REVISION})
      RETURNING digest, media_type, size
    ), stored AS (
      INSERT INTO package (digest, media_type, size, bytes) SELECT digest, media_type, size, $2::bytea FROM restored
      ON CONFLICT DO NOTHING
    )
    SELECT digest FROM restored`,
};
