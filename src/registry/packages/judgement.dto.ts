import { ApiProperty } from '@nestjs/swagger';

import {
  authorityName,
  type JudgedPolicy,
  type JudgedSignature,
  type Judgement,
  type PackageFile,
} from '../../wpk/index.js';
import { SignerDto } from '../workflows/workflow.dto.js';
import { problemOf } from './distrust.js';

class DistrustDto {
  /** Code of the problem that a refusal has. */
  @ApiProperty({ example: 'signer-not-trusted' })
  code!: string;
  /** @example "The bundle names a key that is not trusted here; sign with a trusted key, or have this one added." */
  detail!: string;
}

class JudgedSignatureDto {
  @ApiProperty({ enum: ['signature', 'bundle'] })
  kind!: 'signature' | 'bundle';
  /** It was made by somebody who is trusted, over these very bytes, at a time that counts. */
  counts!: boolean;
  @ApiProperty({ type: SignerDto, required: false })
  signer?: SignerDto;
  /** Names of the trusted keys or identities that it is of. */
  @ApiProperty({ type: [String], example: ['team-a-2026'] })
  entries!: readonly string[];
  attestation!: boolean;
  logged!: boolean;
  signedAt!: Date | null;
  @ApiProperty({ type: DistrustDto, required: false })
  problem?: DistrustDto;

  static from({ kind, verified, entries, distrust }: JudgedSignature): JudgedSignatureDto {
    return {
      ...{ kind, counts: entries.length > 0, entries, attestation: verified?.claims !== undefined },
      ...{ logged: verified?.isLogged ?? false, signedAt: verified?.signedAt ?? null },
      ...(verified && { signer: verified.signer }),
      ...(distrust && { problem: { code: problemOf(distrust.code, kind), detail: distrust.detail } }),
    };
  }
}

class JudgedPolicyDto {
  /** @example "team-a" */
  name!: string;
  satisfied!: boolean;
  /** @example 1 */
  threshold!: number;
  /** Whose signatures are asked for. */
  @ApiProperty({ type: [String], example: ['team-a-2026'] })
  any!: readonly string[];
  requireTlog!: boolean;
  requireAttestation!: boolean;
  /** Who of them signed as it asks. */
  @ApiProperty({ type: [String], example: ['team-a-2026'] })
  satisfiedBy!: readonly string[];
  /** Good signatures that do not count here, and why. */
  @ApiProperty({ type: [String] })
  remarks!: readonly string[];

  static from({ policy, isSatisfied, satisfiedBy, remarks }: JudgedPolicy): JudgedPolicyDto {
    const { name, threshold, requireTlog, requireAttestation } = policy;
    const any = policy.any.map(authorityName);
    return { name, satisfied: isSatisfied, threshold, any, requireTlog, requireAttestation, satisfiedBy, remarks };
  }
}

/** Everything that was looked at to believe a package or not. */
export class JudgementDto {
  /** @example "restart-unhealthy" */
  name!: string;
  /** @example "1.0.0" */
  version!: string;
  /** @example "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" */
  digest!: string;
  accepted!: boolean;
  @ApiProperty({ type: DistrustDto, required: false })
  problem?: DistrustDto;
  @ApiProperty({ type: [JudgedSignatureDto] })
  signatures!: readonly JudgedSignatureDto[];
  /** Every one that covers the name; all have to be satisfied. */
  @ApiProperty({ type: [JudgedPolicyDto] })
  policies!: readonly JudgedPolicyDto[];
  /** Version of the trust that it was judged by. */
  trustVersion!: string;

  static from(file: PackageFile, { distrust, signatures, policies }: Judgement, trustVersion: string): JudgementDto {
    const { name, version } = file.package.metadata;
    const kind = signatures.find((signature) => signature.distrust)?.kind;
    return {
      ...{ name, version, digest: file.digest, accepted: !distrust },
      ...(distrust && { problem: { code: problemOf(distrust.code, kind), detail: distrust.detail } }),
      signatures: signatures.map((signature) => JudgedSignatureDto.from(signature)),
      policies: policies.map((policy) => JudgedPolicyDto.from(policy)),
      trustVersion,
    };
  }
}
