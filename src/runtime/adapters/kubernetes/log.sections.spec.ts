import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from './json.js';
import { sourcesOf, textOf } from './log.sections.js';

function pod(status: JsonObject = {}): JsonObject {
  return {
    metadata: { name: 'web-1' },
    spec: { containers: [{ name: 'web' }, { name: 'proxy' }], initContainers: [{ name: 'migrate' }] },
    status: { containerStatuses: [{ name: 'web', ...status }] },
  };
}

const ended = { terminated: { exitCode: 1 } };

describe(sourcesOf.name, () => {
  it('takes every container that does the work of the pod', () => {
    expect(sourcesOf([pod()], {}).map(({ container }) => container)).toEqual(['web', 'proxy']);
  });

  it('takes just the one that is named, also an init container, and none of a name that is not there', () => {
    expect(sourcesOf([pod()], { container: 'migrate' })).toEqual([
      { pod: 'web-1', container: 'migrate', previous: false },
    ]);
    expect(sourcesOf([pod()], { container: 'other' })).toEqual([]);
  });

  it('adds the instance before the last restart where there is one', () => {
    const instances = (status: JsonObject): boolean[] =>
      sourcesOf([pod(status)], { container: 'web', previous: true }).map(({ previous }) => previous);
    expect(instances({ state: { running: {} }, lastState: {} })).toEqual([false]);
    expect(instances({ state: { running: {} }, lastState: ended })).toEqual([true, false]);
  });

  it('does not show a log twice while the container waits to be started again', () => {
    const waiting = { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended };
    const sources = sourcesOf([pod(waiting)], { container: 'web', previous: true });
    expect(sources.map(({ previous }) => previous)).toEqual([true]);
  });
});

describe(textOf.name, () => {
  it('puts each log under its title', () => {
    const section = { pod: 'web-1', container: 'web', previous: false, isCut: false };
    const text = textOf([
      { ...section, previous: true, lines: ['a', 'b'] },
      { ...section, lines: undefined },
    ]);
    expect(text.split('\n')).toEqual([
      ...['==> web-1/web before its last restart <==', 'a', 'b', ''],
      ...['==> web-1/web <==', '(nothing yet)', ''],
    ]);
  });
});
