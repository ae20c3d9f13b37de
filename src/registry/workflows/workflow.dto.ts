import { ApiProperty } from '@nestjs/swagger';

import { DecisionDto } from '../../policy/index.js';
import type { StoredSignature, WorkflowSummary, WorkflowVersion } from './workflow-version.js';

export class SignerDto {
  @ApiProperty({ enum: ['key'] })
  kind!: 'key';
  /**
   * base64 of the SHA-256 of the public key (SPKI DER): the hint of a cosign bundle.
   * @example "Ex1bN0sJ2QKq0nJ6k1cD3uXhJmB5f7m0oYw2p4r6t8A="
   */
  keyId!: string;
}

/** A registered version. It never changes. */
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

  static from(version: WorkflowVersion): WorkflowVersionDto {
    const { name, digest, mediaType, size, description, author, tags, signer, decision, uploadedBy, createdAt } =
      version;
    return {
      ...{ name, version: version.version, digest, mediaType, size, description, author, tags },
      ...{ signer, decision, uploadedBy, createdAt },
    };
  }
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

  static from({ name, latestVersion, description, tags, versions, updatedAt }: WorkflowSummary): WorkflowSummaryDto {
    return { name, latestVersion, description, tags, versions, updatedAt };
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
  /** @example "Ex1bN0sJ2QKq0nJ6k1cD3uXhJmB5f7m0oYw2p4r6t8A=" */
  keyId!: string;
  verifiedAt!: Date;
  /** JSON text of a Sigstore bundle, as it was uploaded. */
  bundle?: string;
  /** base64 text, as it was uploaded. */
  signature?: string;

  static from({ kind, keyId, verifiedAt, text }: StoredSignature): PackageSignatureDto {
    return { kind, keyId, verifiedAt, [kind]: text };
  }
}

export class PackageSignatureListDto {
  @ApiProperty({ type: [PackageSignatureDto] })
  items!: readonly PackageSignatureDto[];
}
