import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';

import { PageQuery } from '../platform/http/cursor.js';

const PRINTABLE = /^[\x20-\x7e]*$/;
const message = '$property must be printable ASCII: the whole of it, no pattern';

export class AuditQuery extends PageQuery {
  /**
   * Name of the token that made the change.
   * @example "ci-pipeline"
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(PRINTABLE, { message })
  actor?: string;

  /**
   * The whole of it, as an entry shows it.
   * @example "trust-key.revoke"
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(PRINTABLE, { message })
  action?: string;

  /**
   * Path of the thing below /v1, the whole of it.
   * @example "workflows/restart-unhealthy/versions/1.0.0"
   */
  @IsOptional()
  @IsString()
  @MaxLength(300)
  @Matches(PRINTABLE, { message })
  subject?: string;
}

export class AuditEntryDto {
  /**
   * Ascending in the order of writing; gaps say nothing.
   * @example "42"
   */
  seq!: string;
  at!: Date;
  /** @example "bootstrap" */
  actor!: string;
  /** @example "trust-key.revoke" */
  action!: string;
  /** @example "trust/keys/team-a" */
  subject!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, example: { reason: 'laptop stolen' } })
  body!: Readonly<Record<string, unknown>>;
}

export class AuditPageDto {
  @ApiProperty({ type: [AuditEntryDto] })
  items!: readonly AuditEntryDto[];
  /** @example null */
  nextCursor!: string | null;
}
