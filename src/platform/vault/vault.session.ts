import { Logger } from '@nestjs/common';

import type { Lease, VaultLogin } from './vault.login.js';

/** The share of its life after which a token is renewed, and how far from it chance may lead. */
const RENEW_AT = 2 / 3;
const JITTER = 0.1;
const SOONEST_MS = 1000;
/** A timer of Node that waits longer ends at once. */
const LATEST_MS = 2 ** 31 - 1;

interface Held extends Lease {
  readonly endsAt: number;
}

/**
 * Keeps one token for everybody, and keeps it alive. Whoever needs a login while one is under way gets that one's token.
 * What does not go well in the background is said in the log; the next call tries again and is told.
 */
export class VaultSession {
  private readonly logger = new Logger('Vault');
  private held: Held | undefined;
  private underWay: Promise<string> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly login: VaultLogin) {}

  /** @throws VaultError */
  token(): Promise<string> {
    const { held } = this;
    return held && performance.now() < held.endsAt ? Promise.resolve(held.token) : this.logIn();
  }

  /** After `refused` was refused: a new one, unless another call has got one meanwhile. @throws VaultError */
  tokenAfter(refused: string): Promise<string> {
    return this.held?.token === refused ? this.logIn() : this.token();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private logIn(): Promise<string> {
    this.underWay ??= this.login
      .login()
      .then((lease) => this.hold(lease))
      .finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private hold(lease: Lease): string {
    const lifeMs = lease.seconds === 0 ? Infinity : lease.seconds * 1000;
    this.held = { ...lease, endsAt: performance.now() + lifeMs };
    this.wakeIn(lifeMs * RENEW_AT * (1 + JITTER * (2 * Math.random() - 1)));
    return lease.token;
  }

  private wakeIn(ms: number): void {
    clearTimeout(this.timer);
    if (this.isClosed || ms === Infinity) return;
    this.timer = setTimeout(() => void this.keepAlive(), Math.min(Math.max(ms, SOONEST_MS), LATEST_MS));
    this.timer.unref();
  }

  private async keepAlive(): Promise<void> {
    const { held } = this;
    if (!held || (held.renewable && (await this.renewed(held)))) return;
    try {
      await this.logIn();
    } catch (failure) {
      this.logger.warn(`The token for Vault could not be replaced. ${wordsOf(failure)}`);
      const leftMs = held.endsAt - performance.now();
      if (leftMs > 0) this.wakeIn(leftMs / 3);
    }
  }

  /** False when a login is needed: Vault gives less than was asked for as soon as a token nears the end that it cannot pass. */
  private async renewed(held: Held): Promise<boolean> {
    try {
      const lease = await this.login.renew(held);
      if (this.held === held && lease.seconds >= held.seconds) this.hold(lease);
      return this.held !== held;
    } catch (failure) {
      this.logger.warn(`The token for Vault could not be renewed. ${wordsOf(failure)}`);
      return false;
    }
  }
}

function wordsOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : 'No reason was given.';
}
