import { BullRegistrar, WorkerHost } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Job } from 'bullmq';

import { LeaseKeeper } from '../execution/lease-keeper.service.js';
import { RunExecutor } from '../execution/run-executor.service.js';
import { readRunJob } from './run-queue.js';

/** Hands each delivered run to the executor. Takes the first one when everything else of the worker has booted. */
@Injectable()
export class RunQueueProcessor extends WorkerHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RunQueueProcessor.name);

  constructor(
    private readonly executor: RunExecutor,
    private readonly leases: LeaseKeeper,
    private readonly registrar: BullRegistrar,
  ) {
    super();
  }

  override async process(job: Job): Promise<void> {
    const delivered = readRunJob(job.data);
    if (delivered) await this.executor.execute(delivered.runId);
    else this.logger.error({ msg: 'A job without a run was dropped.', jobId: job.id });
  }

  onApplicationBootstrap(): void {
    this.registrar.register();
    this.worker.on('error', (error) => this.logger.warn({ msg: 'The queue is not reachable.', err: error.message }));
    this.worker.on('failed', (job, error) =>
      this.logger.error({ msg: 'A delivery failed; the run is due again later.', jobId: job?.id, err: error }),
    );
    // The queue doubts that we are alive. Postgres knows: a heartbeat stops what is no longer ours.
    this.worker.on('lockRenewalFailed', () => void this.leases.beat());
  }

  /** Takes nothing new and waits for what is under way, which the lease keeper bounds; only then are the leases let go. */
  async beforeApplicationShutdown(): Promise<void> {
    this.leases.drain();
    await this.worker.close();
    this.leases.stop();
  }
}
