import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Queue } from 'bullmq';

import { BatchLane } from '../../platform/database/batch-lane.js';
import { type Delivery, RunQueue } from './run-queue.js';
import { JOB_OPTIONS, RUNS_QUEUE } from './run-queue.options.js';

/** The only file that adds a job. */
@Injectable()
export class BullRunQueue extends RunQueue implements OnModuleInit {
  private readonly logger = new Logger(BullRunQueue.name);
  private readonly lane = new BatchLane<Delivery, undefined>((runs) => this.add(runs));

  constructor(@InjectQueue(RUNS_QUEUE) private readonly queue: Queue) {
    super();
  }

  onModuleInit(): void {
    // Without a listener a lost connection would end the process. What could not be added is due again in a while.
    this.queue.on('error', (error) => this.logger.warn({ msg: 'The queue is not reachable.', err: error.message }));
  }

  async deliver(runs: readonly Delivery[]): Promise<void> {
    await Promise.all(runs.map((run) => this.lane.add(run)));
  }

  private async add(runs: readonly Delivery[]): Promise<undefined[]> {
    await this.queue.addBulk(
      runs.map(({ runId, fence }) => ({
        name: 'run',
        data: { runId },
        opts: { ...JOB_OPTIONS, jobId: `run-${runId}-${fence}` },
      })),
    );
    return runs.map(() => undefined);
  }
}
