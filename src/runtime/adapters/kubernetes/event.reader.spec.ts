import { describe, expect, it } from '@jest/globals';

import { readEvent, readEvents, tableOf } from './event.reader.js';

const involvedObject = { kind: 'Pod', name: 'web-1' };

describe(readEvent.name, () => {
  it('reads an event of the old form', () => {
    const event = {
      ...{ involvedObject, type: 'Warning', reason: 'BackOff', message: 'Back-off restarting\n', count: 4 },
      lastTimestamp: '2026-11-23T10:00:00Z',
    };
    expect(readEvent(event)).toEqual({
      ...{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting', count: 4, object: 'Pod/web-1' },
      lastSeen: '2026-11-23T10:00:00Z',
    });
  });

  it('reads an event of the new form, which has a series instead of a count', () => {
    const series = { count: 9, lastObservedTime: '2026-11-23T10:05:00.000000Z' };
    const event = {
      involvedObject,
      lastTimestamp: null,
      eventTime: '2026-11-23T10:00:00.000000Z',
      count: null,
      series,
    };
    expect(readEvent(event)).toMatchObject({ count: 9, lastSeen: series.lastObservedTime });
    expect(readEvent({ ...event, series: undefined })).toMatchObject({ count: 1, lastSeen: event.eventTime });
  });
});

describe(readEvents.name, () => {
  it('puts the newest last', () => {
    const at = (lastTimestamp: string, reason: string): object => ({ involvedObject, lastTimestamp, reason });
    const events = [
      at('2026-11-23T10:02:00Z', 'c'),
      at('2026-11-23T10:00:00Z', 'a'),
      at('2026-11-23T10:01:00.5Z', 'b'),
    ];
    expect(readEvents(events as never[]).map(({ reason }) => reason)).toEqual(['a', 'b', 'c']);
  });
});

describe(tableOf.name, () => {
  it('aligns the columns and tells how often', () => {
    const event = { type: 'Normal', reason: 'Pulled', message: 'Pulled', count: 1, lastSeen: '10:00', object: 'Pod/a' };
    const warning = { ...event, type: 'Warning', reason: 'BackOff', message: 'Again', count: 3 };
    expect(tableOf([event, warning]).split('\n')).toEqual([
      '10:00  Normal   Pulled   Pod/a  Pulled',
      '10:00  Warning  BackOff  Pod/a  Again (3 times)',
    ]);
  });

  it('is empty for no events', () => {
    expect(tableOf([])).toBe('');
  });
});
