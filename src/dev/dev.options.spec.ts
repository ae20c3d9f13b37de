import { describe, expect, it } from '@jest/globals';

import { DevRefusal, readOptions } from './dev.options.js';

describe(readOptions.name, () => {
  it('restarts the broken deployment of the simulator unless told otherwise', () => {
    expect(readOptions([], undefined)).toEqual({ once: false, target: { namespace: 'shop', deployment: 'web' } });
  });

  it('restarts nothing on a real cluster that was not named', () => {
    expect(readOptions([], '/home/me/.kube/config').target).toBeUndefined();
    expect(readOptions(['--namespace', 'a', '--deployment', 'b'], '/home/me/.kube/config').target).toEqual({
      namespace: 'a',
      deployment: 'b',
    });
  });

  it.each([
    ['a single run on a real cluster without a target', ['--once'], '/home/me/.kube/config'],
    ['half a target', ['--namespace', 'shop'], undefined],
    ['an option that does not exist', ['--twice'], undefined],
    ['an argument', ['now'], undefined],
  ])('refuses %s', (_, args, kubeconfig) => {
    expect(() => readOptions(args, kubeconfig)).toThrow(DevRefusal);
  });
});
