import type { Principal } from '../permission.js';
import type { NewToken, Token } from './token.js';

/** Keeps tokens by their hash. Expiry and revocation are judged by the database's clock. */
export abstract class TokenStore {
  /** Rejects with `token-name-taken`. */
  abstract create(token: NewToken): Promise<Token>;
  /** Makes the token of that name what it says, whatever it was: the bootstrap token follows the environment. */
  abstract replace(token: NewToken): Promise<Token>;
  /** The owner of a token that is neither expired nor revoked. */
  abstract findPrincipal(hash: Buffer): Promise<Principal | undefined>;
  abstract list(): Promise<Token[]>;
  /** False when there is no such token; revoking twice keeps the first time. */
  abstract revoke(id: string): Promise<boolean>;
}
