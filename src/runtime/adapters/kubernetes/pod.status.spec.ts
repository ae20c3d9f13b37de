import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from './json.js';
import { podStatus } from './pod.status.js';

function pod(status: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { metadata: { name: 'web-1', ...metadata }, status: { phase: 'Running', ...status } };
}

const notReady = { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers: [web]' };

describe(podStatus.name, () => {
  it('has nothing to say of a pod that is ready', () => {
    const status = {
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'web', restartCount: 2 }],
    };
    expect(podStatus(pod(status))).toEqual({
      ...{ name: 'web-1', phase: 'Running', ready: true, reason: '', message: '', restarts: 2 },
    });
  });

  it('names the crash loop, and how the container ended before it', () => {
    const container = {
      ...{ name: 'web', restartCount: 7 },
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    };
    const status = podStatus(pod({ conditions: [notReady], containerStatuses: [container] }));
    expect(status).toMatchObject({ reason: 'CrashLoopBackOff', restarts: 7, ready: false });
    expect(status.message).toMatch(/web.*back-off.*137.*OOMKilled/);
  });

  it('prefers the init container that cannot run to the containers that wait for it', () => {
    const init = { name: 'migrate', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } };
    const main = { name: 'web', state: { waiting: { reason: 'PodInitializing' } } };
    const status = podStatus(pod({ phase: 'Pending', initContainerStatuses: [init], containerStatuses: [main] }));
    expect(status).toMatchObject({ phase: 'Pending', reason: 'ImagePullBackOff' });
    expect(status.message).toContain('migrate');
  });

  it('names the reason of a container that ended badly, but not of one that is done', () => {
    const ended = (exitCode: number, reason: string): JsonObject => ({
      name: 'job',
      state: { terminated: { exitCode, reason } },
    });
    expect(podStatus(pod({ containerStatuses: [ended(1, 'Error')] })).reason).toBe('Error');
    expect(podStatus(pod({ containerStatuses: [ended(0, 'Completed')] })).reason).toBe('');
  });

  it('falls back on the pod: evicted, unschedulable, not ready, ending', () => {
    const unschedulable = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' };
    expect(podStatus(pod({ phase: 'Failed', reason: 'Evicted', message: 'disk' }))).toMatchObject({
      reason: 'Evicted',
    });
    expect(podStatus(pod({ phase: 'Pending', conditions: [unschedulable] }))).toMatchObject({
      reason: 'Unschedulable',
    });
    expect(podStatus(pod({ conditions: [notReady] }))).toMatchObject({ reason: 'ContainersNotReady' });
    expect(podStatus(pod({}, { deletionTimestamp: '2026-11-23T10:00:00Z' }))).toMatchObject({ reason: 'Terminating' });
  });

  it('survives a pod without a status', () => {
    expect(podStatus({ metadata: { name: 'web-1' } })).toMatchObject({ phase: 'Unknown', ready: false, restarts: 0 });
  });
});
