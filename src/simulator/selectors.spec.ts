import { describe, expect, it } from '@jest/globals';

import type { KubeObject } from './objects.js';
import { formatSelector, matchesSelector, parseFieldSelector, parseLabelSelector } from './selectors.js';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web', tier: 'front' } },
  spec: { nodeName: 'node-1' },
  status: { phase: 'Running' },
} as unknown as KubeObject;

describe(parseLabelSelector, () => {
  it.each(['', 'app=web', 'app==web', 'app!=db', 'other!=x', 'app in (db, web)', 'app notin (db)', 'app', '!other'])(
    'selects by %j',
    (text) => {
      expect(parseLabelSelector(text)(pod)).toBe(true);
    },
  );

  it.each([
    'app=db',
    'app!=web',
    'app in (db)',
    'app notin (web,db)',
    'other',
    '!app',
    'app=web,tier=back',
    'other in (x)',
  ])('passes over by %j', (text) => {
    expect(parseLabelSelector(text)(pod)).toBe(false);
  });

  it('counts a label that is absent as not in any set', () => {
    expect(parseLabelSelector('other notin (x)')(pod)).toBe(true);
  });

  it.each(['app=', 'a=b=c', 'app in web', '=x'])('either reads or refuses %j, and never selects by it', (text) => {
    let isSelected = false;
    try {
      isSelected = parseLabelSelector(text)(pod);
    } catch (error) {
      expect(error).toMatchObject({ code: 400 });
    }
    expect(isSelected).toBe(false);
  });
});

describe(parseFieldSelector, () => {
  it.each(['metadata.name=web-1', 'metadata.namespace==shop,status.phase=Running', 'spec.nodeName!=node-2'])(
    'selects by %j',
    (text) => {
      expect(parseFieldSelector(text, 'Pod')(pod)).toBe(true);
    },
  );

  it('passes over what has another value', () => {
    expect(parseFieldSelector('status.phase=Pending', 'Pod')(pod)).toBe(false);
  });

  it('selects events by what they are about, in both forms', () => {
    const event = { ...pod, kind: 'Event', involvedObject: { name: 'web-1', uid: 'u' } };
    expect(parseFieldSelector('involvedObject.name=web-1,involvedObject.uid=u', 'Event')(event)).toBe(true);
    expect(parseFieldSelector('regarding.name=web-2', 'Event')(event)).toBe(false);
  });

  it('refuses a field that the real server does not index', () => {
    expect(() => parseFieldSelector('spec.replicas=1', 'Deployment')).toThrow(expect.objectContaining({ code: 400 }));
  });
});

describe(matchesSelector, () => {
  const labels = { app: 'web' };

  it('wants all labels and all expressions', () => {
    const matchExpressions = [{ key: 'app', operator: 'In', values: ['web', 'db'] }];
    expect(matchesSelector({ matchLabels: labels, matchExpressions }, labels)).toBe(true);
    expect(matchesSelector({ matchLabels: { app: 'db' }, matchExpressions }, labels)).toBe(false);
  });

  it.each([
    ['NotIn', ['db'], true],
    ['NotIn', ['web'], false],
    ['Exists', undefined, true],
    ['DoesNotExist', undefined, false],
  ])('%s %j is %j', (operator, values, result) => {
    const expression = { key: 'app', operator, ...(values && { values }) };
    expect(matchesSelector({ matchExpressions: [expression] }, labels)).toBe(result);
  });
});

describe(formatSelector, () => {
  it('writes what a label selector can read back', () => {
    const selector = {
      matchLabels: { tier: 'front', app: 'web' },
      matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }],
    };
    expect(formatSelector(selector)).toBe('app=web,tier=front,app in (web,db)');
    expect(parseLabelSelector(formatSelector(selector))(pod)).toBe(true);
  });
});
