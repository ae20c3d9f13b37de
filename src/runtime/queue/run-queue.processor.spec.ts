import { EventEmitter } from 'node:events';

import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Job } from 'bullmq';

import { RunQueueProcessor } from './run-queue.processor.js';

Logger.overrideLogger(false);

function setUp() {
  const execute = jest.fn<(runId: string) => Promise<void>>().mockResolvedValue(undefined);
  const sut = new RunQueueProcessor({ execute } as never, {} as never, {} as never);
  const process = (data: unknown): Promise<void> => sut.process({ id: '1', data } as Job);
  return { execute, process };
}

describe(RunQueueProcessor.name, () => {
  it('hands the run to the executor', async () => {
    const { execute, process } = setUp();
    await process({ runId: '019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11' });
    expect(execute.mock.calls).toEqual([['019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11']]);
  });

  it.each([undefined, null, 'text', 7, [], {}, { runId: 7 }, { runId: null }, { runId: 'no uuid' }, { runId: '' }])(
    'drops a job with the data %j, and goes on',
    async (data) => {
      const { execute, process } = setUp();
      await expect(process(data)).resolves.toBeUndefined();
      expect(execute).not.toHaveBeenCalled();
    },
  );

  it('lets the queue know of an error that is nobody’s answer', async () => {
    const { execute, process } = setUp();
    execute.mockRejectedValue(new Error('the database is away'));
    await expect(process({ runId: '019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11' })).rejects.toThrow('the database is away');
  });

  it('answers a lost lock with a heartbeat, and with nothing else: the lease decides', () => {
    const worker = new EventEmitter();
    const leases = { beat: jest.fn() };
    const sut = new RunQueueProcessor({} as never, leases as never, { register: () => undefined } as never);
    Object.assign(sut, { _worker: worker });
    sut.onApplicationBootstrap();
    worker.emit('lockRenewalFailed', ['run-1']);
    expect(leases.beat).toHaveBeenCalledTimes(1);
  });
});
