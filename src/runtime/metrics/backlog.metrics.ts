import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';

import { Database } from '../../platform/database/database.js';

const BACKLOG = {
  name: 'metrics-backlog',
  text: `SELECT count(*)::int AS depth, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS oldest FROM run WHERE state = 'queued'`,
};

/**
 * How much work waits, from the database and not from the queue: the number is right even when Redis lost its memory.
 * Every api reports the same number: take the maximum over pods, never the sum.
 */
@Injectable()
export class BacklogMetrics implements OnModuleInit {
  constructor(private readonly database: Database) {}

  onModuleInit(): void {
    const oldest = new Gauge({
      name: 'workflow_queue_oldest_seconds',
      help: 'Age of the run that has waited longest, in seconds.',
    });
    const depth = new Gauge({
      name: 'workflow_queue_depth',
      help: 'Runs that wait for a worker.',
      collect: async () => {
        const backlog = await this.look();
        depth.set(backlog.depth);
        oldest.set(backlog.oldest);
      },
    });
  }

  /** A database that is away must not take /metrics with it: NaN says that the number is not known. */
  private async look(): Promise<{ depth: number; oldest: number }> {
    const rows = await this.database.query<{ depth: number; oldest: number }>(BACKLOG, []).catch(() => []);
    return rows[0] ?? { depth: NaN, oldest: NaN };
  }
}
