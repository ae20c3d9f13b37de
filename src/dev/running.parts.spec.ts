import { describe, expect, it } from '@jest/globals';

import { RunningParts } from './running.parts.js';

describe(RunningParts.name, () => {
  it('stops the last part first', async () => {
    const stopped: string[] = [];
    const parts = new RunningParts();
    for (const name of ['database', 'api', 'worker']) await parts.add(() => Promise.resolve(stopped.push(name)));
    await parts.stopAll();
    expect(stopped).toEqual(['worker', 'api', 'database']);
  });

  it('stops the rest when one part cannot be stopped, and says so', async () => {
    const stopped: string[] = [];
    const parts = new RunningParts();
    await parts.add(() => Promise.resolve(stopped.push('database')));
    await parts.add(() => Promise.reject(new Error('stuck')));
    await expect(parts.stopAll()).rejects.toThrow(AggregateError);
    expect(stopped).toEqual(['database']);
  });

  it('stops a part at once that comes up too late, and does not go on', async () => {
    const stopped: string[] = [];
    const parts = new RunningParts();
    await parts.stopAll();
    await expect(parts.add(() => Promise.resolve(stopped.push('api')))).rejects.toThrow('stopped while starting');
    expect(stopped).toEqual(['api']);
  });
});
