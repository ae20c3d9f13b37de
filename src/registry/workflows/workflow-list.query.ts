import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

import { PageQuery } from '../../platform/http/cursor.js';
import type { VersionState } from './version-state.js';
import { SHOWN_STATES } from './workflow.dto.js';

const ONE_LINE = /^[^\p{Cc}\p{Cs}]*$/u;
const message = '$property must be one line of text';

export class WorkflowListQuery extends PageQuery {
  /**
   * Words of name and description; each is taken as a beginning, and all have to be there.
   * @example "restart unhealthy"
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @Matches(ONE_LINE, { message })
  q?: string;

  /**
   * One of the tags, as it was written.
   * @example "kubernetes"
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(ONE_LINE, { message })
  tag?: string;

  /**
   * A family of actions that its steps use.
   * @example "kubernetes"
   */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9-]{0,40}$/, { message: 'runtime must be a family of actions, such as kubernetes' })
  runtime?: string;

  @ApiPropertyOptional({ enum: ['manual', 'auto'] })
  @IsOptional()
  @IsIn(['manual', 'auto'])
  safetyMode?: 'manual' | 'auto';

  /**
   * Name or id of a trusted key, or a keyless identity as `identity:["ISSUER","SUBJECT"]`: workflows whose latest version it
   * was the first to sign.
   * @example "team-a-2026"
   */
  @IsOptional()
  @IsString()
  @MaxLength(2100)
  @Matches(ONE_LINE, { message })
  signer?: string;

  @ApiPropertyOptional({
    enum: SHOWN_STATES,
    description: 'Of the version that stands for the workflow: the latest one or, without one, the best there is.',
  })
  @IsOptional()
  @IsIn(SHOWN_STATES)
  state?: VersionState;
}

export class VersionListQuery extends PageQuery {
  @ApiPropertyOptional({ enum: SHOWN_STATES })
  @IsOptional()
  @IsIn(SHOWN_STATES)
  state?: VersionState;
}
