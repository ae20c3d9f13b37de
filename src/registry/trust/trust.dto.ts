import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBase64,
  IsBoolean,
  IsDefined,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';

import {
  loadPublicKey,
  type SignedPackage,
  type TrustedIdentityEntry,
  type TrustedKeyEntry,
  type TrustPolicy,
} from '../../wpk/index.js';
import { ONE_LINE } from '../one-line.js';
import type { CurrentTrust } from './trust.source.js';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NAME_GLOB = /^[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?$/;

export class RevocationDto {
  /** @example "laptop stolen, ticket SEC-42" */
  @IsString()
  @MinLength(1)
  @MaxLength(500)
  @Matches(ONE_LINE, { message: 'reason must be one line of text' })
  reason!: string;
}

export class RetirementDto {
  /** @example "replaced in the yearly rotation" */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  @Matches(ONE_LINE, { message: 'reason must be one line of text' })
  reason?: string;
}

class NewEntryDto {
  /**
   * What policies call it.
   * @example "team-a-2026"
   */
  @Matches(NAME)
  name!: string;

  /**
   * Signatures that the registry stores earlier do not count.
   * @example "2026-01-01T00:00:00Z"
   */
  @IsOptional()
  @IsISO8601({ strict: true })
  notBefore?: string;

  /**
   * Signatures that the registry stores later do not count.
   * @example "2027-01-01T00:00:00Z"
   */
  @IsOptional()
  @IsISO8601({ strict: true })
  notAfter?: string;
}

export class NewKeyDto extends NewEntryDto {
  /**
   * Text of `cosign.pub`: one PEM block, ECDSA P-256.
   * @example "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…\n-----END PUBLIC KEY-----\n"
   */
  @IsString()
  @MinLength(1)
  @MaxLength(4096)
  publicKey!: string;
}

export class NewIdentityDto extends NewEntryDto {
  /**
   * Compared exactly.
   * @example "https://token.actions.githubusercontent.com"
   */
  @IsString()
  @MinLength(1)
  @MaxLength(1000)
  @Matches(ONE_LINE, { message: 'issuer must be one line of text' })
  issuer!: string;

  /**
   * Subject of the certificate: `*` stands for anything without a slash, `**` for anything.
   * @example "https://github.com/acme/runbooks/.github/workflows/release.yml@refs/tags/*"
   */
  @IsString()
  @MinLength(1)
  @MaxLength(1000)
  @Matches(ONE_LINE, { message: 'subject must be one line of text' })
  subject!: string;
}

/** One of both. */
export class AuthorityDto {
  /** @example "team-a-2026" */
  @IsOptional()
  @Matches(NAME)
  key?: string;

  /** @example "release-pipeline" */
  @IsOptional()
  @Matches(NAME)
  identity?: string;
}

class CheckedPackageDto {
  /** base64 of the bytes of a package. */
  @ApiProperty({ format: 'byte', example: 'YXBpVmVyc2lvbjogYXRvbS5kZXYvdjEK' })
  @IsBase64()
  @MaxLength(700_000)
  package!: string;

  /** Texts of its Sigstore bundles. */
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  @MaxLength(100_000, { each: true })
  bundles?: string[];

  /** Texts of its bare signatures. */
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  @MaxLength(2000, { each: true })
  signatures?: string[];
}

class PolicyChecksDto {
  @IsDefined()
  @IsObject() // ValidateNested alone takes a list, and looks at its items
  @ValidateNested()
  @Type(() => CheckedPackageDto)
  good!: CheckedPackageDto;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => CheckedPackageDto)
  bad!: CheckedPackageDto;
}

export class PutPolicyDto {
  /**
   * Names of workflows; `*` stands for any characters.
   * @example ["team-a-*"]
   */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @Matches(NAME_GLOB, { each: true })
  names!: string[];

  @ApiProperty({ type: [AuthorityDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => AuthorityDto)
  any!: AuthorityDto[];

  /** So many different ones of `any` have to sign. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10)
  threshold = 1;

  /** Only signatures count that a transparency log of the trust root holds. */
  @IsOptional()
  @IsBoolean()
  requireTlog = false;

  /** Only attestations count. */
  @IsOptional()
  @IsBoolean()
  requireAttestation = false;

  /** A package that the policy must accept, and one that it must refuse: it comes into force only if it does. */
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => PolicyChecksDto)
  checks!: PolicyChecksDto;
}

class EntryDto {
  /** @example "team-a-2026" */
  name!: string;
  @ApiProperty({ enum: ['active', 'retired', 'revoked'] })
  state!: 'active' | 'retired' | 'revoked';
  notBefore?: string;
  notAfter?: string;
  retiredAt?: string;
  revokedAt?: string;
  reason?: string;
}

export class KeyDto extends EntryDto {
  /**
   * base64 of the SHA-256 of the public key (SPKI DER): the hint of a cosign bundle.
   * @example "Ex1bN0sJ2QKq0nJ6k1cD3uXhJmB5f7m0oYw2p4r6t8A="
   */
  keyId!: string;
  publicKey!: string;

  static from(key: TrustedKeyEntry): KeyDto {
    return { ...key, keyId: loadPublicKey(key.publicKey).id };
  }
}

export class IdentityDto extends EntryDto {
  /** @example "https://token.actions.githubusercontent.com" */
  issuer!: string;
  /** @example "https://github.com/acme/runbooks/.github/workflows/release.yml@refs/tags/*" */
  subject!: string;

  static from(identity: TrustedIdentityEntry): IdentityDto {
    return { ...identity };
  }
}

export class TrustPolicyDto {
  /** @example "team-a" */
  name!: string;
  /** @example ["team-a-*"] */
  @ApiProperty({ type: [String] })
  names!: readonly string[];
  @ApiProperty({ type: [AuthorityDto] })
  any!: readonly AuthorityDto[];
  /** @example 1 */
  threshold!: number;
  requireTlog!: boolean;
  requireAttestation!: boolean;

  static from(policy: TrustPolicy): TrustPolicyDto {
    return { ...policy };
  }
}

export class KeyListDto {
  @ApiProperty({ type: [KeyDto] })
  items!: readonly KeyDto[];
}

export class IdentityListDto {
  @ApiProperty({ type: [IdentityDto] })
  items!: readonly IdentityDto[];
}

export class TrustPolicyListDto {
  @ApiProperty({ type: [TrustPolicyDto] })
  items!: readonly TrustPolicyDto[];
}

export class TrustDto {
  @ApiProperty({ enum: ['api', 'file'], description: 'Where trust is changed: here, or in the file of TRUST_FILE.' })
  managedBy!: 'api' | 'file';
  /**
   * Counts the changes; null where a file is in force.
   * @example 3
   */
  revision!: number | null;
  /**
   * Changes whenever anything about trust does.
   * @example "5f2c…"
   */
  version!: string;
  @ApiProperty({ type: [KeyDto] })
  keys!: readonly KeyDto[];
  @ApiProperty({ type: [IdentityDto] })
  identities!: readonly IdentityDto[];
  @ApiProperty({ type: [TrustPolicyDto] })
  policies!: readonly TrustPolicyDto[];
  /** Ids of the keys of COSIGN_PUBLIC_KEY: they may sign every name that no policy covers. */
  @ApiProperty({ type: [String] })
  environmentKeys!: readonly string[];
  /** SHA-256 of the trusted_root.json, without which keyless signatures are refused; null when there is none. */
  root!: string | null;

  static from({ set, revision }: CurrentTrust): TrustDto {
    const { keys, identities, policies } = set.document;
    return {
      ...{ managedBy: revision === null ? 'file' : 'api', revision, version: set.version },
      keys: keys.map((key) => KeyDto.from(key)),
      identities: identities.map((identity) => IdentityDto.from(identity)),
      policies: policies.map((policy) => TrustPolicyDto.from(policy)),
      ...{ environmentKeys: set.fallbackKeyIds, root: set.material.root?.digest ?? null },
    };
  }
}

export function toSignedPackage({ package: content, bundles = [], signatures = [] }: CheckedPackageDto): SignedPackage {
  return {
    bytes: Buffer.from(content, 'base64'),
    signatures: [
      ...bundles.map((text) => ({ kind: 'bundle', text }) as const),
      ...signatures.map((text) => ({ kind: 'signature', text }) as const),
    ],
  };
}

export function toNewKey({ name, publicKey, notBefore, notAfter }: NewKeyDto): TrustedKeyEntry {
  return { name, state: 'active', publicKey, ...validity(notBefore, notAfter) };
}

export function toNewIdentity({ name, issuer, subject, notBefore, notAfter }: NewIdentityDto): TrustedIdentityEntry {
  return { name, state: 'active', issuer, subject, ...validity(notBefore, notAfter) };
}

function validity(
  notBefore: string | undefined,
  notAfter: string | undefined,
): { notBefore?: string; notAfter?: string } {
  return { ...(notBefore !== undefined && { notBefore }), ...(notAfter !== undefined && { notAfter }) };
}
