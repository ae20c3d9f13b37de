import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { UuidParam } from '../../platform/http/path-param.decorator.js';
import { KEEP_ALIVE, sendEvents, type ServerSentEvent } from '../../platform/http/server-sent-events.js';
import { RUNTIME_PROBLEMS } from '../runtime.error.js';
import type { RunEvent } from './run-event.js';
import { RunFeed } from './run-feed.js';
import { RunsService } from './runs.service.js';

const EVENTS = {
  description: 'Server-sent events (WHATWG HTML §9.2).',
  content: { 'text/event-stream': { schema: { type: 'string' as const } } },
};
const LAST_EVENT_ID = { name: 'Last-Event-ID', required: false, description: 'Go on after this event.' };

/** Live views of a run as server-sent events. Each ends with `event: end` when the run has ended. */
@ApiTags('runs')
@ApiBearerAuth()
@Controller('v1/runs')
export class RunStreamsController {
  constructor(
    private readonly runs: RunsService,
    private readonly feed: RunFeed,
  ) {}

  @Get(':id/logs')
  @Requires('runs:read')
  @ApiOperation({ summary: "The run's log, live" })
  @ApiOkResponse(EVENTS)
  @ApiProblems(RUNTIME_PROBLEMS, 'run-not-found')
  @ApiHeader(LAST_EVENT_ID)
  logs(
    @UuidParam('id') id: string,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.stream(id, last, reply, (event) => event.type === 'log');
  }

  @Get(':id/events')
  @Requires('runs:read')
  @ApiOperation({ summary: 'Everything that happens in the run, live' })
  @ApiOkResponse(EVENTS)
  @ApiProblems(RUNTIME_PROBLEMS, 'run-not-found')
  @ApiHeader(LAST_EVENT_ID)
  events(
    @UuidParam('id') id: string,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.stream(id, last, reply, () => true);
  }

  private async stream(
    id: string,
    last: string | undefined,
    reply: FastifyReply,
    wanted: (event: RunEvent) => boolean,
  ): Promise<void> {
    await this.runs.get(id);
    sendEvents(reply, this.follow(id, seqOf(last), wanted));
  }

  private async *follow(
    id: string,
    after: number,
    wanted: (event: RunEvent) => boolean,
  ): AsyncGenerator<ServerSentEvent | typeof KEEP_ALIVE> {
    for await (const event of this.feed.follow(id, after)) {
      if (event === KEEP_ALIVE) yield event;
      else if (wanted(event)) yield toServerSent(event);
    }
    yield { event: 'end', data: { state: (await this.runs.get(id)).state } };
  }
}

/** Anything but a number of ours begins at the beginning. */
function seqOf(last: string | undefined): number {
  return last !== undefined && /^\d{1,15}$/.test(last) ? Number(last) : -1;
}

function toServerSent(event: RunEvent): ServerSentEvent {
  const { seq, at, type, data } = event;
  const index = event.type === 'step' ? { index: event.stepIndex } : {};
  return { id: String(seq), event: type, data: { seq, at, ...index, ...data } };
}
