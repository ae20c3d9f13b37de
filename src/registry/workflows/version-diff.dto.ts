import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

import {
  DIFF_SECTIONS,
  type DiffSection,
  type ShownChange,
  STEP_CHANGES,
  STEP_LISTS,
  type StepChange,
  type StepDiff,
  type StepList,
  type StepPlace,
} from '../../wpk/index.js';
import type { VersionsDiff } from './workflows.service.js';

export class VersionDiffQuery {
  /** @example "1.0.0" */
  @IsString()
  @MaxLength(256)
  from!: string;

  /** @example "1.1.0" */
  @IsString()
  @MaxLength(256)
  to!: string;
}

const ANY_JSON = {
  nullable: true,
  oneOf: [
    { type: 'string' as const },
    { type: 'number' as const },
    { type: 'boolean' as const },
    { type: 'array' as const, items: {} },
    { type: 'object' as const, additionalProperties: true },
  ],
};

export class DiffedVersionDto {
  /** @example "1.0.0" */
  version!: string;
  /** @example "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" */
  digest!: string;
}

export class DiffedFieldDto {
  /**
   * JSON pointer.
   * @example "/with/replicas"
   */
  path!: string;
  @ApiPropertyOptional({ ...ANY_JSON, description: 'Left out when the field is new.' })
  before?: unknown;
  @ApiPropertyOptional({ ...ANY_JSON, description: 'Left out when the field is gone.' })
  after?: unknown;
  /** A value is too long to be shown: what there is of it is the beginning of its JSON text. */
  cut!: boolean;

  static from({ isCut, ...change }: ShownChange): DiffedFieldDto {
    return { ...change, cut: isCut };
  }
}

export class DiffedSectionDto {
  @ApiProperty({ enum: DIFF_SECTIONS })
  section!: DiffSection;
  /** Pointers into the document. Of lists whose order says nothing, what came and what went. */
  @ApiProperty({ type: [DiffedFieldDto] })
  fields!: readonly DiffedFieldDto[];
}

export class StepPlaceDto {
  @ApiProperty({ enum: STEP_LISTS })
  list!: StepList;
  /** From 0. */
  @ApiProperty({ type: 'integer' })
  index!: number;
}

export class DiffedStepDto {
  /** @example "restart" */
  name!: string;
  @ApiProperty({ enum: STEP_CHANGES, isArray: true })
  changes!: readonly StepChange[];
  @ApiProperty({ type: StepPlaceDto, nullable: true, description: 'Null when it was added.' })
  before!: StepPlace | null;
  @ApiProperty({ type: StepPlaceDto, nullable: true, description: 'Null when it was removed.' })
  after!: StepPlace | null;
  /** Pointers into the step. */
  @ApiProperty({ type: [DiffedFieldDto] })
  fields!: readonly DiffedFieldDto[];

  static from({ fields, ...step }: StepDiff): DiffedStepDto {
    return { ...step, fields: fields.map((field) => DiffedFieldDto.from(field)) };
  }
}

export class DiffedFilesDto {
  /** @example ["manifests/probe.yaml"] */
  @ApiProperty({ type: [String] })
  added!: readonly string[];
  /** @example [] */
  @ApiProperty({ type: [String] })
  removed!: readonly string[];
}

/** What differs between two packages, by their documents as written. */
export class VersionDiffDto {
  /** @example "restart-unhealthy" */
  name!: string;
  @ApiProperty({ type: DiffedVersionDto })
  from!: DiffedVersionDto;
  @ApiProperty({ type: DiffedVersionDto })
  to!: DiffedVersionDto;
  /** Only those that differ, everything but the steps. */
  @ApiProperty({ type: [DiffedSectionDto] })
  sections!: readonly DiffedSectionDto[];
  /** Only those that differ, known by their names. */
  @ApiProperty({ type: [DiffedStepDto] })
  steps!: readonly DiffedStepDto[];
  @ApiProperty({ type: DiffedFilesDto, description: 'Files of tarballs, by name.' })
  files!: DiffedFilesDto;
  /** README.md came, went or says something else. */
  readmeChanged!: boolean;
  /** More fields differ than are shown. */
  cut!: boolean;

  static from({ before, after, diff }: VersionsDiff): VersionDiffDto {
    const { sections, steps, files, readmeChanged, isCut } = diff;
    return {
      name: after.name,
      from: { version: before.version, digest: before.digest },
      to: { version: after.version, digest: after.digest },
      sections: sections.map(({ section, fields }) => ({
        section,
        fields: fields.map((field) => DiffedFieldDto.from(field)),
      })),
      steps: steps.map((step) => DiffedStepDto.from(step)),
      ...{ files, readmeChanged, cut: isCut },
    };
  }
}
