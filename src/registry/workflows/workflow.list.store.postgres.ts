import type { Repository } from 'typeorm';

import type { WorkflowEntity } from './workflow.entity.js';
import type { WorkflowFilter } from './workflow.store.js';
import type { WorkflowSummary } from './workflow-version.js';

/** Of one search; more words narrow it no further. */
const MAX_WORDS = 16;

/** So many times a page's names are tried in their order before an index is asked for all that a filter leaves. */
const NEAR = 20;

const SUMMARY = `
  name, latest_version AS "latestVersion", state, description, tags, families, safety_mode AS "safetyMode",
  signer_id AS "signerId", versions, updated_at AS "updatedAt"`;

/**
 * By name after `after`, at the same price however many workflows there are. What a filter leaves is either frequent: then it
 * is found among the next names. Or it is rare: then indexes find all of it, and little has to be sorted. Left to choose by its
 * own estimate of a word's frequency, the planner reads all names in their order for a word that nobody used.
 */
export function listWorkflows(
  workflows: Repository<WorkflowEntity>,
  limit: number,
  after: string,
  filter: WorkflowFilter,
): Promise<WorkflowSummary[]> {
  const values: unknown[] = [after, limit];
  const conditions = conditionsOf(filter, (value) => `$${values.push(value)}`);
  const next = 'FROM workflow WHERE name > $1 AND versions > 0';
  if (conditions.length === 0) {
    return workflows.query(`SELECT ${SUMMARY} ${next} ORDER BY name LIMIT $2`, values);
  }
  const left = conditions.join(' AND ');
  return workflows.query(
    `WITH near AS MATERIALIZED (
       SELECT name FROM (SELECT * ${next} ORDER BY name LIMIT ${NEAR} * $2::integer) tried WHERE ${left} ORDER BY name LIMIT $2
     ), far AS MATERIALIZED (
       SELECT name ${next} AND ${left} AND (SELECT count(*) FROM near) < $2
     )
     SELECT ${SUMMARY} FROM workflow WHERE name IN (SELECT name FROM near UNION SELECT name FROM far ORDER BY name LIMIT $2)
      ORDER BY name`,
    values,
  );
}

/** SQL of everything that has to hold; values never get into it. */
function conditionsOf(filter: WorkflowFilter, parameter: (value: unknown) => string): string[] {
  const { search = '', tag, family, safetyMode, signerId, state } = filter;
  const words = searchQuery(search);
  return [
    ...(words === '' ? [] : [`search @@ to_tsquery('simple', ${parameter(words)})`]),
    ...(tag === undefined ? [] : [`tags @> ARRAY[${parameter(tag)}]`]),
    ...(family === undefined ? [] : [`families @> ARRAY[${parameter(family)}]`]),
    ...(safetyMode === undefined ? [] : [`safety_mode = ${parameter(safetyMode)}`]),
    ...(signerId === undefined ? [] : [`signer_id = ${parameter(signerId)}`]),
    ...(state === undefined ? [] : [`state = ${parameter(state)}`]),
  ];
}

/** Each word as a beginning, all of them; nothing of what a caller writes is an operator. Empty when there is no word in it. */
export function searchQuery(text: string): string {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words
    .slice(0, MAX_WORDS)
    .map((word) => `'${word}':*`)
    .join(' & ');
}
