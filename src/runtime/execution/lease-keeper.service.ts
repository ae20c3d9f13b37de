import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { Config } from '../../platform/config/config.js';
import { Notifications } from '../../platform/database/notifications.js';
import { CANCEL_CHANNEL } from '../runs/run.sql.js';
import { type ClaimedRun, RunJournal } from './run-journal.js';
import { RunSession } from './run-session.js';

/** Of the time that a shutdown may take, what running steps may use to end by themselves. */
const DRAIN_SHARE = 0.7;
/** Leases are looked at this often in their time, and given up early enough that the look after would be too late. */
const BEATS = 8;
const GIVE_UP_SHARE = 0.85;

/** Keeps this worker's claims alive, and tells each run when it has to stop. */
@Injectable()
export class LeaseKeeper implements OnApplicationBootstrap {
  private readonly logger = new Logger(LeaseKeeper.name);
  private readonly sessions = new Map<string, { readonly session: RunSession; confirmedAt: number }>();
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;

  constructor(
    private readonly journal: RunJournal,
    private readonly config: Config,
    private readonly notifications: Notifications,
  ) {}

  onApplicationBootstrap(): void {
    // A missed notification is made good by the next heartbeat, which brings the same news.
    this.notifications.subscribe(CANCEL_CHANNEL, (runId) => {
      if (runId === undefined) void this.beat();
      else this.sessions.get(runId)?.session.interrupt('cancelled');
    });
    this.timer = setInterval(() => {
      this.giveUpExpired();
      void this.beat();
    }, this.config.RUN_LEASE_MS / BEATS);
  }

  open(claimed: ClaimedRun): RunSession {
    const session = new RunSession(claimed, this.journal);
    // This worker itself may be the one that takes over from this worker.
    this.sessions.get(claimed.run.id)?.session.interrupt('lost');
    this.sessions.set(claimed.run.id, { session, confirmedAt: performance.now() });
    return session;
  }

  close(session: RunSession): void {
    session.close();
    if (this.sessions.get(session.run.id)?.session === session) this.sessions.delete(session.run.id);
  }

  /** Prolongs every lease in one statement. Also the answer to BullMQ's doubts: its lock decides nothing, the lease does. */
  beat(): Promise<void> {
    this.beating ??= this.prolong().finally(() => (this.beating = undefined));
    return this.beating;
  }

  /** Running steps may end by themselves for a while; then they are stopped and their runs handed back to the queue. */
  drain(): void {
    setTimeout(() => {
      for (const { session } of this.sessions.values()) session.interrupt('shutdown');
    }, this.config.SHUTDOWN_TIMEOUT_MS * DRAIN_SHARE).unref();
  }

  /** Nothing runs any more. */
  stop(): void {
    clearInterval(this.timer);
  }

  private async prolong(): Promise<void> {
    const asked = [...this.sessions.values()];
    if (asked.length === 0) return;
    const sentAt = performance.now();
    try {
      const runs = asked.map(({ session }) => ({ runId: session.run.id, fence: session.run.fence }));
      const held = new Map((await this.journal.heartbeat(runs)).map((beat) => [beat.runId, beat]));
      for (const entry of asked) {
        const beat = held.get(entry.session.run.id);
        if (!beat) entry.session.interrupt('lost');
        else if (beat.cancelRequested) entry.session.interrupt('cancelled');
        entry.confirmedAt = sentAt;
      }
    } catch (error) {
      this.logger.warn({ msg: 'A heartbeat failed; it is repeated.', err: error });
    }
  }

  /** Whether heartbeats fail, hang, or this process stood still: after the lease somebody may take the run, so stop before. */
  private giveUpExpired(): void {
    const latest = performance.now() - this.config.RUN_LEASE_MS * GIVE_UP_SHARE;
    for (const { session, confirmedAt } of this.sessions.values()) {
      if (confirmedAt < latest) session.interrupt('lost');
    }
  }
}
