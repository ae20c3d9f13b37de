import type { ApiClient } from './api.client.js';
import type { Page } from './api.types.js';
import { CliError } from './cli.errors.js';

const pageSize = 100;

type Query = Readonly<Record<string, string | undefined>>;

/** The items of a cursor list, page after page, until `limit` or the end. */
export async function collectPages<T>(api: ApiClient, path: string, query: Query, limit: number): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const wanted = Math.min(pageSize, limit - items.length);
    const page: Page<T> = await api.get<Page<T>>(path, { ...query, limit: wanted, cursor });
    items.push(...page.items);
    const next = page.nextCursor ?? undefined;
    // A server that hands out the same cursor again would be asked for ever.
    if (next !== undefined && next === cursor) throw new CliError('CLI.UNREACHABLE', `the list at ${path} has no end`);
    cursor = next;
  } while (cursor !== undefined && items.length < limit);
  return items.slice(0, limit);
}

/** A count of at least one. */
export function parseLimit(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new CliError('CLI.USAGE', `--limit takes a number from 1 to 999999, not '${text}'`);
  return limit;
}
