import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { Database, violatedConstraint } from '../../platform/database/database.js';
import { AccessError } from '../access.error.js';
import type { Principal } from '../permission.js';
import { TokenEntity } from './token.entity.js';
import type { NewToken, Token } from './token.js';
import { TokenStore } from './token.store.js';

/** One round trip: finds the owner and notes the use, at most once a minute. */
const FIND_PRINCIPAL = {
  name: 'access-find-principal',
  text: `
    WITH found AS (
      SELECT id, name, role, last_used_at FROM api_token WHERE hash = $1 AND revoked_at IS NULL AND expires_at > now()
    ), used AS (
      UPDATE api_token t SET last_used_at = now() FROM found f
       WHERE t.id = f.id AND (f.last_used_at IS NULL OR f.last_used_at < now() - interval '1 minute')
    )
    SELECT id AS "tokenId", name, role FROM found`,
};

@Injectable()
export class PostgresTokenStore extends TokenStore {
  constructor(
    @InjectRepository(TokenEntity) private readonly tokens: Repository<TokenEntity>,
    private readonly database: Database,
  ) {
    super();
  }

  async create(token: NewToken): Promise<Token> {
    try {
      await this.insert(token).execute();
    } catch (cause) {
      if (violatedConstraint(cause) !== 'api_token_name_key') throw cause;
      throw new AccessError('token-name-taken', `A token named '${token.name}' exists already; choose another name.`, {
        cause,
      });
    }
    return this.tokens.findOneByOrFail({ name: token.name });
  }

  async replace(token: NewToken): Promise<Token> {
    const columns = ['role', 'hash', 'last4', 'created_by', 'expires_at', 'revoked_at'];
    await this.insert(token).orUpdate(columns, ['name']).execute();
    return this.tokens.findOneByOrFail({ name: token.name });
  }

  async findPrincipal(hash: Buffer): Promise<Principal | undefined> {
    const [row] = await this.database.query<Principal & Record<string, unknown>>(FIND_PRINCIPAL, [hash]);
    return row && { tokenId: row.tokenId, name: row.name, role: row.role };
  }

  list(): Promise<Token[]> {
    return this.tokens.find({ order: { createdAt: 'ASC' }, take: 1000 });
  }

  async revoke(id: string): Promise<boolean> {
    const result = await this.tokens.update({ id }, { revokedAt: () => 'coalesce(revoked_at, now())' });
    return result.affected === 1;
  }

  private insert(token: NewToken) {
    const { expiresInDays, ...values } = token;
    return this.tokens
      .createQueryBuilder()
      .insert()
      .values({
        ...values,
        id: uuid(),
        revokedAt: null,
        expiresAt: () => `now() + make_interval(days => ${Math.trunc(expiresInDays)})`,
      });
  }
}
