import { ApiProperty } from '@nestjs/swagger';

import { DecisionDto } from '../../policy/index.js';
import { VERSION_STATES, type VersionState } from './version-state.js';
import type { StoredSignature, WorkflowSummary, WorkflowVersion } from './workflow-version.js';

/** A deleted version is not shown: it answers 410. */
export const SHOWN_STATES = VERSION_STATES.filter((state) => state !== 'deleted');

/** Who signed: a key, or a keyless identity. */
export class SignerDto {
  @ApiProperty({ enum: ['key', 'identity'] })
  kind!: 'key' | 'identity';
  /**
   * Of a key: base64 of the SHA-256 of the public key (SPKI DER), the hint of a cosign bundle.
   * @example "Ex1bN0sJ2QKq0nJ6k1cD3uXhJmB5f7m0oYw2p4r6t8A="
   */
  keyId?: string;
  /**
   * Of an identity: the subject of the certificate.
   * @example "https://github.com/acme/runbooks/.github/workflows/release.yml@refs/tags/v1.0.0"
   */
  subject?: string;
  /**
   * Of an identity: who vouched for it.
   * @example "https://token.actions.githubusercontent.com"
   */
  issuer?: string;
}

export class OverrideDto {
  /** @example "incident 4711, approved by the head of platform" */
  reason!: string;
  by!: string;
  at!: string;
  expiresAt!: string;
}

/** A registered version. What it is never changes; how it stands may. */
export class WorkflowVersionDto {
  /** @example "restart-unhealthy" */
  name!: string;
  /** @example "1.0.0" */
  version!: string;
  /**
   * Of the bytes that were uploaded.
   * @example "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
   */
  digest!: string;
  /** @example "application/vnd.atom.wpk.v1+yaml" */
  mediaType!: string;
  /**
   * Bytes.
   * @example 1834
   */
  size!: number;
  /** @example "Restart a deployment whose pods are unhealthy, and prove that it helped." */
  description!: string | null;
  /** @example "platform-team" */
  author!: string | null;
  /** @example ["kubernetes", "health"] */
  @ApiProperty({ type: [String] })
  tags!: readonly string[];
  @ApiProperty({ type: SignerDto })
  signer!: SignerDto;
  @ApiProperty({ type: DecisionDto })
  decision!: DecisionDto;
  /**
   * Name of the token that uploaded it.
   * @example "ci-pipeline"
   */
  uploadedBy!: string;
  createdAt!: Date;
  /**
   * Families of the actions that its steps use.
   * @example ["kubernetes"]
   */
  @ApiProperty({ type: [String] })
  runtimes!: readonly string[];
  @ApiProperty({ enum: ['manual', 'auto'] })
  safetyMode!: 'manual' | 'auto';
  @ApiProperty({ enum: SHOWN_STATES })
  state!: VersionState;
  /** Why it was yanked or revoked. */
  stateReason!: string | null;
  stateBy!: string | null;
  stateAt!: Date | null;
  @ApiProperty({ type: OverrideDto, nullable: true, description: 'In force now.' })
  override!: OverrideDto | null;

  static from(version: WorkflowVersion): WorkflowVersionDto {
    const { families: runtimes, ...rest } = version;
    const { name, digest, mediaType, size, description, author, tags, signer, decision, uploadedBy, createdAt } = rest;
    const { safetyMode, state, stateReason, stateBy, stateAt, override } = rest;
    return {
      ...{ name, version: version.version, digest, mediaType, size, description, author, tags },
      ...{ signer, decision, uploadedBy, createdAt, runtimes, safetyMode },
      ...{ state, stateReason, stateBy, stateAt, override },
    };
  }
}

export class WorkflowVersionPageDto {
  @ApiProperty({ type: [WorkflowVersionDto] })
  items!: readonly WorkflowVersionDto[];
  /** @example null */
  nextCursor!: string | null;
}

export class WorkflowDocumentDto extends WorkflowVersionDto {
  /** What the package says, as JSON; defaults are not filled in. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  document!: unknown;
}

export class WorkflowDto {
  /** @example "restart-unhealthy" */
  name!: string;
  /**
   * What a run gets that names no version: the highest that is not a pre-release. Null when there are only pre-releases.
   * @example "1.0.0"
   */
  latestVersion!: string | null;
  /** The highest first, at most 500. */
  @ApiProperty({ type: [WorkflowVersionDto] })
  versions!: readonly WorkflowVersionDto[];
}

export class WorkflowSummaryDto {
  /** @example "restart-unhealthy" */
  name!: string;
  /** @example "1.0.0" */
  latestVersion!: string | null;
  /** @example "Restart a deployment whose pods are unhealthy, and prove that it helped." */
  description!: string | null;
  /** @example ["kubernetes", "health"] */
  @ApiProperty({ type: [String] })
  tags!: readonly string[];
  /**
   * How many there are.
   * @example 3
   */
  versions!: number;
  updatedAt!: Date;
  /** Of the version that stands for the workflow: the latest one or, without one, the best there is. */
  @ApiProperty({ enum: SHOWN_STATES })
  state!: VersionState;
  /** @example ["kubernetes"] */
  @ApiProperty({ type: [String] })
  runtimes!: readonly string[];
  @ApiProperty({ enum: ['manual', 'auto'] })
  safetyMode!: 'manual' | 'auto';

  static from(summary: WorkflowSummary): WorkflowSummaryDto {
    const { name, latestVersion, description, tags, versions, updatedAt, state, safetyMode } = summary;
    return {
      name,
      latestVersion,
      description,
      tags,
      versions,
      updatedAt,
      state,
      safetyMode,
      runtimes: summary.families,
    };
  }
}

export class WorkflowPageDto {
  @ApiProperty({ type: [WorkflowSummaryDto] })
  items!: readonly WorkflowSummaryDto[];
  /** @example null */
  nextCursor!: string | null;
}

export class PackageSignatureDto {
  @ApiProperty({ enum: ['signature', 'bundle'] })
  kind!: 'signature' | 'bundle';
  @ApiProperty({ type: SignerDto })
  signer!: SignerDto;
  /** When the registry first stored it. */
  storedAt!: Date;
  /** By the word of a transparency log or a timestamp authority; null when neither was asked. */
  signedAt!: Date | null;
  /** A transparency log of the trust root holds it. */
  logged!: boolean;
  /** It is a statement that names workflow and version. */
  attested!: boolean;
  /** JSON text of a Sigstore bundle, as it was uploaded. */
  bundle?: string;
  /** base64 text, as it was uploaded. */
  signature?: string;

  static from({ kind, signer, storedAt, signedAt, isLogged, isAttested, text }: StoredSignature): PackageSignatureDto {
    return { kind, signer, storedAt, signedAt, logged: isLogged, attested: isAttested, [kind]: text };
  }
}

export class PackageSignatureListDto {
  @ApiProperty({ type: [PackageSignatureDto] })
  items!: readonly PackageSignatureDto[];
}
