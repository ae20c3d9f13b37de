import { type JsonObject, numberAt, textAt } from './json.js';

/** A core/v1 Event, for people. */
export interface EventSummary {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** RFC 3339. */
  readonly lastSeen: string;
  /** `Pod/web-5d9c`. */
  readonly object: string;
}

export function readEvent(event: JsonObject): EventSummary {
  const object = `${textAt(event, 'involvedObject', 'kind') ?? ''}/${textAt(event, 'involvedObject', 'name') ?? ''}`;
  return {
    type: textAt(event, 'type') ?? 'Normal',
    reason: textAt(event, 'reason') ?? '',
    message: (textAt(event, 'message') ?? '').trim(),
    count: Math.max(1, numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1),
    lastSeen: lastSeenOf(event),
    object,
  };
}

/** Oldest first. */
export function readEvents(events: readonly JsonObject[]): EventSummary[] {
  return events.map(readEvent).sort((a, b) => Date.parse(a.lastSeen) - Date.parse(b.lastSeen));
}

export function tableOf(events: readonly EventSummary[]): string {
  const rows = events.map(({ lastSeen, type, reason, object, count, message }) => {
    return [lastSeen, type, reason, object, count > 1 ? `${message} (${count} times)` : message];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

/** Reporters fill in different fields: the old ones lastTimestamp, events.k8s.io ones series or eventTime. */
function lastSeenOf(event: JsonObject): string {
  return (
    textAt(event, 'series', 'lastObservedTime') ??
    textAt(event, 'lastTimestamp') ??
    textAt(event, 'eventTime') ??
    textAt(event, 'metadata', 'creationTimestamp') ??
    new Date(0).toISOString()
  );
}
