import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';

import { type Role, ROLES } from '../permission.js';
import type { Token } from './token.js';
import { MAX_TOKEN_DAYS } from './tokens.service.js';

export class CreateTokenDto {
  /**
   * Who or what uses the token.
   * @example "ci-pipeline"
   */
  @IsString()
  @Matches(/^[a-z0-9]([a-z0-9._@-]{0,61}[a-z0-9])?$/)
  name!: string;

  /** @example "operator" */
  @IsIn(ROLES)
  role!: Role;

  /** Days until it ends. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_TOKEN_DAYS)
  expiresInDays: number = 30;
}

export class TokenDto {
  /** @example "019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11" */
  id!: string;
  /** @example "ci-pipeline" */
  name!: string;
  /** @example "operator" */
  role!: Role;
  /**
   * The last four characters, to tell tokens apart.
   * @example "x9Qf"
   */
  last4!: string;
  /** @example "bootstrap" */
  createdBy!: string;
  createdAt!: Date;
  expiresAt!: Date;
  revokedAt!: Date | null;
  lastUsedAt!: Date | null;

  static from(token: Token): TokenDto {
    const { id, name, role, last4, createdBy, createdAt, expiresAt, revokedAt, lastUsedAt } = token;
    return Object.assign(new TokenDto(), {
      id,
      name,
      role,
      last4,
      createdBy,
      createdAt,
      expiresAt,
      revokedAt,
      lastUsedAt,
    });
  }
}

export class CreatedTokenDto extends TokenDto {
  /**
   * The token itself. It is shown this once.
   * @example "atom_pat_4Zr8Kc1nV0pQ7sLw2yHb3D_0XkQz9"
   */
  token!: string;
}

export class TokenListDto {
  items!: TokenDto[];
}

export class PrincipalDto {
  /** @example "019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11" */
  tokenId!: string;
  /** @example "bootstrap" */
  name!: string;
  /** @example "admin" */
  role!: Role;
}
