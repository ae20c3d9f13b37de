import { type Delivery, RunQueue } from '../../src/runtime/queue/run-queue.js';

/** Remembers what it was told, or fails as a queue that is away does. */
export class FakeRunQueue extends RunQueue {
  readonly delivered: Delivery[] = [];
  isAway = false;

  deliver(runs: readonly Delivery[]): Promise<void> {
    if (this.isAway) return Promise.reject(new Error('the queue is away'));
    this.delivered.push(...runs);
    return Promise.resolve();
  }
}
