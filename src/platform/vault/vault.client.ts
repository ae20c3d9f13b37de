import type { OnApplicationShutdown } from '@nestjs/common';

import type { Config } from '../config/config.js';
import { VaultError } from './vault.error.js';
import type { JsonObject } from './vault.json.js';
import { VaultLogin } from './vault.login.js';
import { checkPath } from './vault.path.js';
import type { VaultRequest } from './vault.request.js';
import { VAULT_TIMING, VaultRetries, type VaultTiming } from './vault.retries.js';
import { VaultSession } from './vault.session.js';
import { type VaultSettings, vaultSettings } from './vault.settings.js';
import { VaultTransport } from './vault.transport.js';

/**
 * Speaks to HashiCorp Vault or OpenBao over their HTTP API. Logs in when it is first asked for something, and keeps its
 * token alive until it is closed.
 */
export class VaultClient implements OnApplicationShutdown {
  private readonly transport: VaultTransport;
  private readonly session: VaultSession;

  constructor(
    settings: VaultSettings,
    private readonly timing: VaultTiming = VAULT_TIMING,
  ) {
    this.transport = new VaultTransport(settings);
    const send = (request: VaultRequest) => this.send(request, new VaultRetries(timing));
    this.session = new VaultSession(new VaultLogin(settings.auth, send));
  }

  /** Undefined without VAULT_ADDR. @throws ConfigError */
  static fromConfig(config: Config): VaultClient | undefined {
    const settings = vaultSettings(config);
    return settings && new VaultClient(settings);
  }

  /**
   * The body of Vault's answer; an empty object when it has none. `path` is below `/v1/`, its segments escaped.
   *
   * What passes by itself (no connection, 412, 429, 5xx) is tried again within {@link VaultTiming}, so a request may reach
   * Vault twice. A refused token is replaced by a new login once.
   *
   * @throws VaultError
   */
  async request(method: VaultRequest['method'], path: string, body?: JsonObject): Promise<JsonObject> {
    checkPath(path);
    const request = { method, path, ...(body && { body }) };
    const retries = new VaultRetries(this.timing);
    const token = await retries.inTime(this.session.token());
    try {
      return await this.send({ ...request, token }, retries);
    } catch (failure) {
      if (!(failure instanceof VaultError) || failure.code !== 'VAULT.FORBIDDEN' || retries.isSpent) throw failure;
    }
    const next = await retries.inTime(this.session.tokenAfter(token));
    return this.send({ ...request, token: next }, retries);
  }

  async close(): Promise<void> {
    this.session.close();
    await this.transport.close();
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private send(request: VaultRequest, retries: VaultRetries): Promise<JsonObject> {
    return retries.run((timeoutMs) => this.transport.send(request, timeoutMs));
  }
}
