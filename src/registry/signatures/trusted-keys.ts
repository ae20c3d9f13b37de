import { createHash } from 'node:crypto';

import { type Config, ConfigError } from '../../platform/config/config.js';
import { loadPublicKeys, SignatureError, type TrustedKey } from '../../wpk/index.js';

/** The keys that may sign packages. None of them: every package is refused. */
export class TrustedKeys {
  /** Changes whenever the set of keys does: what was verified under another version has to be verified again. */
  readonly version: string;

  constructor(readonly keys: readonly TrustedKey[]) {
    const ids = keys.map(({ id }) => id).sort();
    this.version = createHash('sha256').update(JSON.stringify(ids)).digest('hex');
  }

  /** Throws ConfigError for text that is not a usable key, so that the process does not start half-trusting. */
  static fromConfig({ cosignPublicKeys }: Pick<Config, 'cosignPublicKeys'>): TrustedKeys {
    if (cosignPublicKeys === '') return new TrustedKeys([]);
    try {
      return new TrustedKeys(loadPublicKeys(cosignPublicKeys));
    } catch (cause) {
      if (!(cause instanceof SignatureError)) throw cause;
      throw new ConfigError(`COSIGN_PUBLIC_KEY or COSIGN_PUBLIC_KEY_PATH: ${cause.message}`, { cause });
    }
  }
}
