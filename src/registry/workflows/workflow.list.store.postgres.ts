import type { Repository } from 'typeorm';

import type { WorkflowEntity } from './workflow.entity.js';
import type { WorkflowFilter } from './workflow.store.js';
import type { WorkflowSummary } from './workflow-version.js';

/** Of one search; more words narrow it no further. */
const MAX_WORDS = 16;

/** By name after `after`: pages of one index, however many workflows there are. */
export async function listWorkflows(
  workflows: Repository<WorkflowEntity>,
  limit: number,
  after: string,
  { search, tag, family, safetyMode, signerId, state }: WorkflowFilter,
): Promise<WorkflowSummary[]> {
  const query = workflows.createQueryBuilder('w').where('w.name > :after AND w.versions > 0', { after });
  const words = searchQuery(search ?? '');
  if (words !== '') query.andWhere(`w.search @@ to_tsquery('simple', :words)`, { words });
  if (tag !== undefined) query.andWhere('w.tags @> :tags', { tags: [tag] });
  if (family !== undefined) query.andWhere('w.families @> :families', { families: [family] });
  if (safetyMode !== undefined) query.andWhere({ safetyMode });
  if (signerId !== undefined) query.andWhere({ signerId });
  if (state !== undefined) query.andWhere({ state });
  return (await query.orderBy('w.name').limit(limit).getMany()).map(toSummary);
}

function toSummary(row: WorkflowEntity): WorkflowSummary {
  const { name, latestVersion, state, description, tags, families, safetyMode, signerId, versions, updatedAt } = row;
  return { name, latestVersion, state, description, tags, families, safetyMode, signerId, versions, updatedAt };
}

/** Each word as a beginning, all of them; nothing of what a caller writes is an operator. Empty when there is no word in it. */
export function searchQuery(text: string): string {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words
    .slice(0, MAX_WORDS)
    .map((word) => `'${word}':*`)
    .join(' & ');
}
