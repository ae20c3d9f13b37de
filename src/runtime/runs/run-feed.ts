import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { Notifications } from '../../platform/database/notifications.js';
import { KEEP_ALIVE } from '../../platform/http/server-sent-events.js';
import { RUN_CHANNEL } from './run.sql.js';
import { isEnded } from './run.state.js';
import { RunStore } from './run.store.js';
import type { RunEvent } from './run-event.js';

const PAGE = 500;
const KEEP_ALIVE_MS = 15_000;

/** Follows a run's events as they become durable. Woken by notifications, never by polling. */
@Injectable()
export class RunFeed implements OnApplicationBootstrap {
  private readonly sleepers = new Map<string, Set<() => void>>();

  constructor(
    private readonly runs: RunStore,
    private readonly notifications: Notifications,
  ) {}

  onApplicationBootstrap(): void {
    this.notifications.subscribe(RUN_CHANNEL, (runId) => {
      const woken = runId === undefined ? [...this.sleepers.values()] : [this.sleepers.get(runId) ?? []];
      for (const sleepers of woken) for (const wake of sleepers) wake();
    });
  }

  /** Every event after `afterSeq`, in order, until the one that ends the run. The run must exist. */
  async *follow(runId: string, afterSeq: number): AsyncGenerator<RunEvent | typeof KEEP_ALIVE> {
    let seq = afterSeq;
    let ended = false;
    for (;;) {
      // Listening begins before looking: what is committed in between wakes the sleep that follows.
      const news = this.sleepUntilNews(runId);
      try {
        const events = await this.runs.events(runId, seq, PAGE);
        for (const event of events) {
          seq = event.seq;
          yield event;
          if (event.type === 'run' && isEnded(event.data.state)) return;
        }
        if (events.length === PAGE) continue;
        if (events.length === 0) {
          if (ended) return;
          // It may have ended after we looked: what it wrote last is found by looking once more.
          ended = await this.hasEnded(runId);
          if (ended) continue;
        }
        if (!(await news.arrived)) yield KEEP_ALIVE;
      } finally {
        news.cancel();
      }
    }
  }

  /** A client that resumes after the last event of an ended run would wait for ever. */
  private async hasEnded(runId: string): Promise<boolean> {
    const run = await this.runs.find(runId);
    return run === undefined || isEnded(run.state);
  }

  /** `arrived` is false when nothing came for a while. */
  private sleepUntilNews(runId: string): { readonly arrived: Promise<boolean>; cancel(): void } {
    const sleepers = this.sleepers.get(runId) ?? new Set();
    this.sleepers.set(runId, sleepers);
    let cancel = (): void => undefined;
    const arrived = new Promise<boolean>((resolve) => {
      const wake = (): void => resolve(true);
      const timer = setTimeout(() => resolve(false), KEEP_ALIVE_MS);
      sleepers.add(wake);
      cancel = () => {
        clearTimeout(timer);
        resolve(false);
        sleepers.delete(wake);
        if (sleepers.size === 0 && this.sleepers.get(runId) === sleepers) this.sleepers.delete(runId);
      };
    });
    return { arrived, cancel };
  }
}
