import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

import { HttpError } from './http.error.js';

/** Query of every list. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'Items on one page.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit = 50;

  @ApiPropertyOptional({ maxLength: 512, description: '`nextCursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(512)
  cursor?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** An opaque cursor: the sort key of the last item seen, as JSON in base64url. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The sort key that `isPart` recognises part by part, or throws `cursor-invalid`: a cursor is the caller's text and is
 * trusted for nothing.
 */
export function decodeCursor(cursor: string, ...isPart: readonly ((part: string) => boolean)[]): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const fits = (part: unknown, index: number): part is string => typeof part === 'string' && !!isPart[index]?.(part);
    if (Array.isArray(key) && key.length === isPart.length && key.every(fits)) return key;
  } catch {
    // falls through: not JSON
  }
  throw new HttpError(
    'cursor-invalid',
    'Take nextCursor of the page before as it is, or leave the cursor out to begin again.',
  );
}

/** Cuts a list that was read with `limit + 1` rows into a page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  key: (row: Row) => readonly string[],
  map: (row: Row) => Item,
): Page<Item> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(map),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null,
  };
}
