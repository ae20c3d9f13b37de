import { Injectable, type OnModuleInit } from '@nestjs/common';

import { Config, ConfigError } from '../../platform/config/config.js';
import { WatchedFile } from '../../platform/files/watched-file.js';
import {
  loadPublicKeys,
  loadTrustRoot,
  SignatureError,
  type TrustedKey,
  type TrustRoot,
  type TrustSurroundings,
} from '../../wpk/index.js';
import { RegistryError } from '../registry.error.js';

/** What the environment of the process adds to a trust document: keys of COSIGN_PUBLIC_KEY, and the root of TRUSTED_ROOT_PATH. */
@Injectable()
export class EnvironmentTrust implements OnModuleInit {
  private readonly fallbackKeys: readonly TrustedKey[];
  private readonly root: WatchedFile<TrustRoot> | undefined;
  private last: TrustSurroundings | undefined;

  /** Throws ConfigError for text that is not a usable key, so that the process does not start half-trusting. */
  constructor({ cosignPublicKeys, TRUSTED_ROOT_PATH }: Pick<Config, 'cosignPublicKeys' | 'TRUSTED_ROOT_PATH'>) {
    this.fallbackKeys = cosignPublicKeys === '' ? [] : readKeys(cosignPublicKeys);
    this.root =
      TRUSTED_ROOT_PATH === undefined
        ? undefined
        : new WatchedFile(TRUSTED_ROOT_PATH, (bytes) => loadTrustRoot(bytes.toString('utf8')));
  }

  async onModuleInit(): Promise<void> {
    try {
      await this.now();
    } catch (cause) {
      throw new ConfigError(cause instanceof Error ? cause.message : 'TRUSTED_ROOT_PATH cannot be used.', { cause });
    }
  }

  /** The same object as long as nothing has changed. Throws `trust-root-unavailable`: nothing is judged without the root. */
  async now(): Promise<TrustSurroundings> {
    const root = await this.readRoot();
    if (this.last && this.last.root === root) return this.last;
    this.last = { fallbackKeys: this.fallbackKeys, ...(root && { root }) };
    return this.last;
  }

  private async readRoot(): Promise<TrustRoot | undefined> {
    try {
      return await this.root?.value();
    } catch (cause) {
      const why = cause instanceof SignatureError ? cause.message : 'The file cannot be read.';
      throw new RegistryError('trust-root-unavailable', `TRUSTED_ROOT_PATH of this process cannot be used. ${why}`, {
        cause,
      });
    }
  }
}

function readKeys(text: string): TrustedKey[] {
  try {
    return loadPublicKeys(text);
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
    throw new ConfigError(`COSIGN_PUBLIC_KEY or COSIGN_PUBLIC_KEY_PATH: ${cause.message}`, { cause });
  }
}
