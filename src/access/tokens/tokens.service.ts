import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { Config } from '../../platform/config/config.js';
import { AccessError } from '../access.error.js';
import type { Principal, Role } from '../permission.js';
import type { Token } from './token.js';
import { TokenStore } from './token.store.js';
import { createTokenText, hasChecksum, hashToken } from './token-text.js';

/** No token lives longer. */
export const MAX_TOKEN_DAYS = 90;

/** A revoked token stops working within this time, in every process. */
const CACHE_MS = 5000;
const CACHE_SIZE = 1000;

@Injectable()
export class TokensService implements OnApplicationBootstrap {
  private readonly logger = new Logger(TokensService.name);
  private readonly cache = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(
    private readonly tokens: TokenStore,
    private readonly config: Config,
  ) {}

  /** The first admin: ATOM_BOOTSTRAP_TOKEN, renewed at every start as long as it is set. */
  async onApplicationBootstrap(): Promise<void> {
    const text = this.config.ATOM_BOOTSTRAP_TOKEN;
    if (text === undefined) return;
    const about = {
      name: 'bootstrap',
      role: 'admin' as const,
      createdBy: 'environment',
      expiresInDays: MAX_TOKEN_DAYS,
    };
    await this.tokens.replace({ ...about, hash: hashToken(text), last4: text.slice(-4) });
    this.logger.log('The bootstrap token of the environment is active as admin.');
  }

  /** Throws `token-missing` or `token-invalid`; never says which part of the token was wrong, but helps with a typo. */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    const [, text] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '') ?? [];
    if (text === undefined) throw new AccessError('token-missing', 'Send a token: `Authorization: Bearer atom_pat_…`.');
    const hash = hashToken(text);
    const key = hash.toString('base64');
    const cached = this.cache.get(key);
    if (cached && cached.until > performance.now()) return cached.principal;
    const principal = await this.tokens.findPrincipal(hash);
    this.cache.delete(key);
    if (!principal) {
      const mistyped = text.startsWith('atom_pat_') && !hasChecksum(text);
      throw new AccessError(
        'token-invalid',
        mistyped ? 'The token is incomplete or mistyped.' : 'The token is unknown, expired or revoked.',
      );
    }
    this.remember(key, principal);
    return principal;
  }

  /** The text is in the answer and nowhere else: it cannot be shown again. */
  async create(
    request: { name: string; role: Role; expiresInDays: number },
    creator: Principal,
  ): Promise<{ token: Token; text: string }> {
    const text = createTokenText();
    const token = await this.tokens.create({
      ...request,
      hash: hashToken(text),
      last4: text.slice(-4),
      createdBy: creator.name,
    });
    return { token, text };
  }

  list(): Promise<Token[]> {
    return this.tokens.list();
  }

  async revoke(id: string): Promise<void> {
    if (!(await this.tokens.revoke(id))) {
      throw new AccessError('token-not-found', `There is no token with the id ${id}.`);
    }
    this.cache.clear();
  }

  private remember(key: string, principal: Principal): void {
    const oldest = this.cache.keys().next();
    if (this.cache.size >= CACHE_SIZE && !oldest.done) this.cache.delete(oldest.value);
    this.cache.set(key, { principal, until: performance.now() + CACHE_MS });
  }
}
