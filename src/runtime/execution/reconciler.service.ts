import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { Config } from '../../platform/config/config.js';
import { RunQueue } from '../queue/run-queue.js';
import { RunJournal } from './run-journal.js';

/** Runs told to the queue again in one statement. */
const BATCH = 500;
/** Workers that one run may cost before a person has to look at it. */
const MAX_CLAIMS = 5;

/**
 * The safety net under the queue: tells it again of runs that the database believes in and nobody works on, and ends what
 * nobody will ever take. Every worker has one; they share the work by row locks.
 */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Reconciler.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly journal: RunJournal,
    private readonly queue: RunQueue,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tick(), this.config.RECONCILE_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** One look; never two at a time, never throws. */
  tick(): Promise<void> {
    this.running ??= this.reconcile()
      .catch((error: unknown) =>
        this.logger.warn({ msg: 'The reconciler could not look; it looks again.', err: error }),
      )
      .finally(() => (this.running = undefined));
    return this.running;
  }

  private async reconcile(): Promise<void> {
    const { timedOut, lost } = await this.journal.endOverdue(MAX_CLAIMS);
    if (timedOut + lost > 0) this.logger.warn({ msg: 'Ended runs that nobody took.', timedOut, lost });
    // A run that the queue was told of a moment ago is left alone: it is probably just waiting for its turn.
    const quietMs = this.config.RECONCILE_INTERVAL_MS * 2;
    for (;;) {
      const due = await this.journal.takeDue(quietMs, BATCH);
      if (due.length > 0) await this.queue.deliver(due);
      if (due.length < BATCH) return;
    }
  }
}
