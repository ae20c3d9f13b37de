import { type JsonObject, listAt, objectAt, textAt } from './json.js';
import { nameOf } from './object.reader.js';

/** One log to read. */
export interface LogSource {
  readonly pod: string;
  readonly container: string;
  /** Of the instance before the last restart. */
  readonly previous: boolean;
}

/** What was read from a source; undefined when the container has not written anything yet. */
export interface LogSection extends LogSource {
  readonly lines: readonly string[] | undefined;
  readonly isCut: boolean;
}

/** The containers of a pod that run its work; with `wanted` only that one, which may also be an init container. */
export function containersOf(pod: JsonObject, wanted: string | undefined): string[] {
  if (wanted === undefined) return namesAt(pod, 'containers');
  const all = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((field) => namesAt(pod, field));
  return all.filter((name) => name === wanted);
}

/**
 * Which instances of a container have a log. While it waits to be started again its log is that of the instance that ended
 * last, which must not be shown twice.
 */
function instancesOf(pod: JsonObject, container: string, wantsPrevious: boolean): boolean[] {
  const statuses = ['initContainerStatuses', 'containerStatuses'].flatMap((field) => listAt(pod, 'status', field));
  const status = statuses.find((known) => textAt(known, 'name') === container);
  const hasPrevious = objectAt(status, 'lastState', 'terminated') !== undefined;
  if (!wantsPrevious || !hasPrevious) return [false];
  return objectAt(status, 'state', 'waiting') ? [true] : [true, false];
}

/** In the order in which a person reads: pod after pod, and the instance before the last restart first. */
export function sourcesOf(
  pods: readonly JsonObject[],
  { container, previous = false }: { readonly container?: string; readonly previous?: boolean },
): LogSource[] {
  return pods.flatMap((pod) =>
    containersOf(pod, container).flatMap((name) =>
      instancesOf(pod, name, previous).map((isPrevious) => ({
        ...{ pod: nameOf(pod), container: name, previous: isPrevious },
      })),
    ),
  );
}

export function titleOfSource({ pod, container, previous }: LogSource): string {
  return `${pod}/${container}${previous ? ' before its last restart' : ''}`;
}

/** The sections one after the other, each under its title. */
export function textOf(sections: readonly LogSection[]): string {
  return sections
    .map((section) => [`==> ${titleOfSource(section)} <==`, ...(section.lines ?? ['(nothing yet)']), ''].join('\n'))
    .join('\n');
}

function namesAt(pod: JsonObject, field: string): string[] {
  return listAt(pod, 'spec', field).map((container) => textAt(container, 'name') ?? '');
}
