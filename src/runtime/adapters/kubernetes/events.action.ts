import type { Execution, StepContext } from '../adapter.js';
import type { Need } from './access.review.js';
import { type EventSummary, readEvents, tableOf } from './event.reader.js';
import { textAt } from './json.js';
import { ReadAction } from './read.action.js';
import { eventsAbout, eventsIn } from './surroundings.js';

export type EventsInput = {
  readonly namespace: string;
  readonly kind?: string;
  /** Only with `kind`. */
  readonly name?: string;
  readonly types?: readonly string[];
};

/** The newest that a step hands on. */
const LIMIT = 200;

/**
 * Events of a namespace, of one kind in it, or of one object with its pods. Outputs `{items, text}`, newest last, at most
 * 200. The API server keeps events for an hour.
 */
export class EventsAction extends ReadAction<EventsInput> {
  readonly name = 'kubernetes/events';

  async execute(input: EventsInput, context: StepContext): Promise<Execution> {
    const { types } = input;
    const found = await this.find(input, context.signal);
    const items = found.filter(({ type }) => !types || types.includes(type)).slice(-LIMIT);
    context.log(`${items.length} events found`);
    for (const { reason, object, message } of items.filter(({ type }) => type === 'Warning').slice(-3)) {
      context.log(`${object}: ${reason}: ${message}`);
    }
    return { outputs: { items, text: tableOf(items) } };
  }

  protected async needsOf(input: EventsInput, signal: AbortSignal): Promise<readonly Need[]> {
    const { namespace, kind, name } = input;
    const events = { verb: 'list', resource: await this.cluster.findKind({ kind: 'Event' }, signal), namespace };
    if (kind === undefined || name === undefined) return [events];
    const { resource } = await this.cluster.locate({ kind, namespace, name }, signal);
    return [events, { verb: 'get', resource, namespace, name }];
  }

  private async find({ namespace, kind, name }: EventsInput, signal: AbortSignal): Promise<EventSummary[]> {
    if (kind !== undefined && name !== undefined) {
      return eventsAbout(this.cluster, await this.cluster.locate({ kind, namespace, name }, signal), signal);
    }
    const events = await eventsIn(this.cluster, namespace, signal);
    return readEvents(events.filter((event) => !kind || textAt(event, 'involvedObject', 'kind') === kind));
  }
}
