import type pg from 'pg';

/** Of an average workflow; the least has one, the most nineteen. */
export const VERSIONS_PER_NAME = 10;

const WORDS = [
  'restart',
  'service',
  'rollout',
  'database',
  'cache',
  'node',
  'drain',
  'certificate',
  'queue',
  'replica',
];

/** What `versionSortKey` makes of `1.<minor>.0`. */
const VERSION_KEY = `
  decode('0131', 'hex') || decode(lpad(to_hex(length(minor::text)), 2, '0'), 'hex') || convert_to(minor::text, 'UTF8')
  || decode('0130', 'hex') || decode('ff', 'hex')`;

/** $1: names, $2: key id. Of 10 names, wherever they lie, something is rare: answers are as long at every size. */
const VERSIONS = `
  INSERT INTO workflow_version (id, name, version, version_key, prerelease, digest, description, author, tags, families, safety_mode,
                                signer_id, signer, decision, uploaded_by, media_type, size, created_at, state, state_by, state_at)
  SELECT gen_random_uuid(), name, '1.' || minor || '.0', ${VERSION_KEY}, false,
         'sha256:' || encode(sha256(convert_to(name || '@' || minor, 'UTF8')), 'hex'),
         name || ' does what word' || lpad(i::text, 7, '0') || CASE WHEN is_rare THEN ' seldom' ELSE '' END || ' ' || words[1 + i % 10] || ' '
           || words[1 + i / 10 % 10] || ' needs, and proves afterwards that it helped',
         'team-' || i % 50,
         ARRAY['team-' || i % 50] || CASE WHEN i % 2 = 0 THEN ARRAY['even'] ELSE '{}' END
           || CASE WHEN is_rare THEN ARRAY['rare'] ELSE '{}' END,
         ARRAY['kubernetes'] || CASE WHEN is_rare THEN ARRAY['http'] ELSE '{}' END,
         CASE WHEN i % 10 = 0 THEN 'auto' ELSE 'manual' END,
         CASE WHEN is_rare THEN 'rare-key' ELSE $2 END,
         jsonb_build_object('kind', 'key', 'keyId', CASE WHEN is_rare THEN 'rare-key' ELSE $2 END),
         '{"id": "d", "outcome": "allow", "requiredApprovals": 0, "risk": {"score": 2, "level": "low"}, "reasons": [], "rulesetVersion": "1"}',
         'bench', 'application/vnd.atom.wpk.v1+yaml', 200, now() - (i % 1000) * interval '1 minute',
         CASE WHEN is_rare THEN 'yanked' WHEN minor = 3 THEN 'revoked' ELSE 'active' END,
         CASE WHEN is_rare OR minor = 3 THEN 'bench' END, CASE WHEN is_rare OR minor = 3 THEN now() END
    FROM (SELECT i, 'seeded-' || lpad(i::text, 7, '0') AS name, i % ($1::integer / 10) = 7 % ($1::integer / 10) AS is_rare,
                 $3::text[] AS words
            FROM generate_series(1, $1::integer) i) names,
         LATERAL generate_series(1, 1 + i * 7 % 19) minor`;

const PACKAGES = `
  INSERT INTO package (digest, media_type, size, bytes)
  SELECT digest, media_type, size, convert_to(rpad(digest, 200, '#'), 'UTF8') FROM workflow_version`;

const SIGNATURES = `
  INSERT INTO package_signature (digest, signer_id, signer, kind, text, logged, attested)
  SELECT digest, signer_id, signer, 'signature', rpad(digest, 96, 'A'), false, false FROM workflow_version`;

const RANK = `
  set_byte('\\x00'::bytea, 0, CASE state WHEN 'active' THEN 3 WHEN 'yanked' THEN 1 ELSE 0 END) || version_key || convert_to(version, 'UTF8')`;

/** As the store would have left it. */
const WORKFLOWS = `
  INSERT INTO workflow (name, versions, latest_version, shown_version, shown_rank, state, description, tags, families, safety_mode,
                        signer_id, updated_at, search)
  SELECT DISTINCT ON (name) name, count(*) OVER (PARTITION BY name), CASE state WHEN 'active' THEN version END, version, ${RANK}, state,
         description, tags, families, safety_mode, signer_id, created_at,
         to_tsvector('simple', translate(name || ' ' || description, '-,', '  '))
    FROM workflow_version ORDER BY name, ${RANK} DESC`;

/** Fills an empty, migrated database straight through its tables. Answers how many versions there are. */
export async function seedRegistry(database: pg.Pool, versions: number, keyId: string): Promise<number> {
  await database.query(VERSIONS, [versions / VERSIONS_PER_NAME, keyId, WORDS]);
  for (const statement of [PACKAGES, SIGNATURES, WORKFLOWS]) await database.query(statement);
  await database.query('VACUUM ANALYZE'); // what autovacuum does in the life of a database
  const { rows } = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM workflow_version');
  return rows[0]?.n ?? 0;
}
