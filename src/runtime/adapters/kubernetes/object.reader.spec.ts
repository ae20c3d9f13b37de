import { describe, expect, it } from '@jest/globals';

import { presentable } from './object.reader.js';

describe(presentable.name, () => {
  it('drops the bookkeeping of field owners', () => {
    const metadata = { name: 'web', managedFields: [{ manager: 'kubectl' }] };
    expect(presentable({ kind: 'ConfigMap', metadata, data: { a: 'b' } })).toEqual({
      ...{ kind: 'ConfigMap', metadata: { name: 'web' }, data: { a: 'b' } },
    });
  });

  it('never lets out what a Secret holds, not even as kubectl applied it', () => {
    const secret = {
      kind: 'Secret',
      metadata: {
        name: 'pager',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"url":"aHR0cA=="}}', team: 'sre' },
      },
      data: { url: 'aHR0cA==' },
      stringData: { token: 'in-clear' },
    };
    const shown = presentable(secret);
    expect(shown).toMatchObject({ metadata: { annotations: { team: 'sre' } }, data: { url: expect.anything() } });
    expect(Object.keys(shown['data'] as object)).toEqual(['url']);
    expect(JSON.stringify(shown)).not.toMatch(/aHR0cA|in-clear/);
  });
});
