import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';

import { RunQueue } from './run-queue.js';
import { RUNS_QUEUE } from './run-queue.options.js';
import { BullRunQueue } from './run-queue.producer.js';

@Module({
  imports: [BullModule.registerQueue({ name: RUNS_QUEUE })],
  providers: [{ provide: RunQueue, useClass: BullRunQueue }],
  exports: [RunQueue, BullModule],
})
export class RunsQueueModule {}
