import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, MinLength } from 'class-validator';

import { ONE_LINE } from '../one-line.js';

/** Days of 24 hours that an override may last. */
const MAX_OVERRIDE_HOURS = 30 * 24;

export class StateReasonDto {
  /** @example "restarts the wrong deployment, use 1.2.1" */
  @IsString()
  @MinLength(1)
  @MaxLength(500)
  @Matches(ONE_LINE, { message: 'reason must be one line of text' })
  reason!: string;
}

export class NewOverrideDto extends StateReasonDto {
  /**
   * How long it is in force.
   * @example 4
   */
  @IsInt()
  @Min(1)
  @Max(MAX_OVERRIDE_HOURS)
  hours!: number;
}

/** Of an upload that policy would refuse: both, or neither. */
export class RegisterQuery {
  /**
   * Admins only: register although policy says otherwise, and let it run for `overrideHours`.
   * @example "incident 4711"
   */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(500)
  @Matches(ONE_LINE, { message: 'overrideReason must be one line of text' })
  overrideReason?: string;

  /**
   * How long it is in force; both, or neither.
   * @example 4
   */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_OVERRIDE_HOURS)
  overrideHours?: number;
}
