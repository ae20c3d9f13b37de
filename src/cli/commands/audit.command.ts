import type { AuditEntry } from '../api.trust.types.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { renderTable } from '../output/table.js';
import { collectPages, parseLimit } from '../pages.js';

export interface AuditOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly limit: string;
}

/** Who changed what, the newest first. */
export async function audit(context: CommandContext, options: AuditOptions): Promise<ExitCode> {
  const { actor, action, subject, limit } = options;
  const filter = { actor, action, subject };
  const items = await collectPages<AuditEntry>(context.api(), '/v1/audit', filter, parseLimit(limit));
  await context.output.result({ items }, () => auditTable(items));
  return exitCodes.ok;
}

function auditTable(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return 'No change is on record.';
  return renderTable<AuditEntry>(
    [
      { title: 'AT', value: ({ at }) => at },
      { title: 'ACTOR', value: ({ actor }) => actor },
      { title: 'ACTION', value: ({ action }) => action },
      { title: 'SUBJECT', value: ({ subject }) => subject },
      { title: 'DETAILS', value: ({ body }) => detailsOf(body) },
    ],
    entries,
  );
}

/** The reason in its own words; anything else as `name=value`, in JSON and shortened. */
function detailsOf(body: AuditEntry['body']): string {
  return Object.entries(body)
    .map(([name, value]) => (name === 'reason' && typeof value === 'string' ? value : `${name}=${shorten(value)}`))
    .join('; ');
}

const widest = 80;

function shorten(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > widest ? `${text.slice(0, widest)}…` : text;
}
