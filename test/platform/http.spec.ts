import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Get,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Res,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { request } from 'undici';

import { DomainError } from '../../src/platform/errors/domain.error.js';
import { decodeCursor, encodeCursor, PageQuery } from '../../src/platform/http/cursor.js';
import { HttpError } from '../../src/platform/http/http.error.js';
import { KEEP_ALIVE, sendEvents, type ServerSentEvent } from '../../src/platform/http/server-sent-events.js';
import { startHttpApp } from './http.app.js';

class TeapotError extends DomainError<'teapot' | 'undeclared'> {}

class Inner {
  @IsInt()
  count!: number;

  @IsOptional()
  @IsString()
  note?: string;
}

class BodyDto {
  @IsString()
  name!: string;

  @ValidateNested()
  @Type(() => Inner)
  inner!: Inner;

  @IsOptional()
  @IsString()
  note?: string;
}

class OptionalDto {
  @IsOptional()
  @IsString()
  note?: string;
}

@Controller('things')
class ThingsController {
  /** Whether the last stream was ended by its reader or its end. */
  static finished = 0;

  @Get('fail/:how')
  fail(@Param('how') how: string): never {
    if (how === 'domain') {
      throw new TeapotError('teapot', 'Short and stout.', { errors: [{ pointer: '#/lid', detail: 'is on' }] });
    }
    if (how === 'control') {
      throw new TeapotError('teapot', 'No \0 and \u001b[31m and \ud800.', {
        errors: [{ pointer: '#', detail: 'a\nb' }],
      });
    }
    if (how === 'undeclared') throw new TeapotError('undeclared', 'internal words');
    if (how === 'database') throw Object.assign(new Error('internal words'), { code: '57P01' });
    if (how === 'refused') throw Object.assign(new Error('internal words'), { code: 'ECONNREFUSED' });
    if (how === 'away') throw new ServiceUnavailableException('internal words');
    if (how === 'busy') throw new HttpError('too-many-requests', 'Come again.');
    if (how === 'library') throw Object.assign(new Error('internal words'), { statusCode: 403 });
    if (how === 'text') throw 'internal words' as unknown as Error;
    throw new Error('internal words');
  }

  @Get('one/:id')
  one(@Param('id', ParseUUIDPipe) id: string): string {
    return id;
  }

  @Get()
  list(@Query() query: PageQuery): object {
    return {
      limit: query.limit,
      key: query.cursor === undefined ? null : decodeCursor(query.cursor, (part) => part !== 'bad'),
    };
  }

  @Post()
  create(@Body() body: BodyDto): BodyDto {
    return body;
  }

  @Post('optional')
  optional(@Body() body: OptionalDto): OptionalDto {
    return body;
  }

  @Get('stream/:how')
  stream(@Param('how') how: string, @Res() reply: FastifyReply): void {
    sendEvents(reply, ThingsController.events(how));
  }

  private static async *events(how: string): AsyncGenerator<ServerSentEvent | typeof KEEP_ALIVE> {
    try {
      yield { id: '7', event: 'log', data: { line: 'one\ntwo\r\n\nthree' } };
      yield KEEP_ALIVE;
      if (how === 'broken') throw new Error('internal words');
      yield { event: 'end', data: { state: 'succeeded' } };
      await Promise.resolve();
    } finally {
      ThingsController.finished++;
    }
  }
}

let app: NestFastifyApplication;

beforeAll(async () => {
  app = await startHttpApp({
    controllers: [ThingsController],
    problems: [{ teapot: { status: 418, title: 'A teapot' } }],
  });
});
afterAll(() => app.close());

const post = (payload: string, type = 'application/json', url = '/things') =>
  app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

describe('a problem', () => {
  it.each([
    ['an unknown route', () => get('/nothing'), 404, 'not-found'],
    ['an unknown method', () => app.inject({ method: 'DELETE', url: '/things' }), 404, 'not-found'],
    ['a path that is not one', () => get('/things/one/%zz'), 400, 'request-malformed'],
    ['an id that is not one', () => get('/things/one/7'), 400, 'request-malformed'],
    ['malformed JSON', () => post('{"name":'), 400, 'request-malformed'],
    ['no body', () => post(''), 400, 'request-malformed'],
    ['JSON that reaches for a prototype', () => post('{"__proto__": {"x": 1}}'), 400, 'request-malformed'],
    ['a body that is too large', () => post(`{"name": "${'x'.repeat(1024 * 1024)}"}`), 413, 'body-too-large'],
    ['a content type that is not read', () => post('<a/>', 'application/xml'), 415, 'media-type-unsupported'],
    ['a part of the path that is too long', () => get(`/things/one/${'x'.repeat(256)}`), 414, 'path-too-long'],
    [
      'JSON that is nested too deeply',
      () => post(`{"name": ${'['.repeat(5000)}${']'.repeat(5000)}}`),
      422,
      'request-invalid',
    ],
    ['null instead of an object', () => post('null', 'application/json', '/things/optional'), 422, 'request-invalid'],
    ['a list instead of an object', () => post('[]', 'application/json', '/things/optional'), 422, 'request-invalid'],
    ['members that are wrong', () => post('{}'), 422, 'request-invalid'],
    ['a limit that is none', () => get('/things?limit=abc'), 422, 'request-invalid'],
    ['a limit that is too high', () => get('/things?limit=201'), 422, 'request-invalid'],
    ['a cursor that is none', () => get('/things?cursor=%7B'), 400, 'cursor-invalid'],
    ['a cursor of another list', () => get(`/things?cursor=${encodeCursor(['bad'])}`), 400, 'cursor-invalid'],
    ['a refusal of a module', () => get('/things/fail/domain'), 418, 'teapot'],
    ['a part that is away', () => get('/things/fail/away'), 503, 'unavailable'],
    ['a database that shuts down', () => get('/things/fail/database'), 503, 'unavailable'],
    ['a database that is not there', () => get('/things/fail/refused'), 503, 'unavailable'],
    ['a code without a type', () => get('/things/fail/undeclared'), 500, 'internal-error'],
    ['an unknown error', () => get('/things/fail/unknown'), 500, 'internal-error'],
    ['an error of a library that has a status of its own', () => get('/things/fail/library'), 500, 'internal-error'],
    ['something thrown that is no error', () => get('/things/fail/text'), 500, 'internal-error'],
  ] as const)('says what is wrong: %s', async (_what, ask, status, code) => {
    const response = await ask();
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json\b/);
    const body: Record<string, unknown> = response.json();
    expect(body).toMatchObject({ type: `https://atom.dev/problems/${code}`, status, code });
    expect(body['requestId']).toBe(response.headers['x-request-id']);
    expect(body['instance']).toBe(`/problems/${String(body['requestId'])}`);
    for (const member of ['title', 'detail']) expect(body[member]).toMatch(/\S/);
    expect(response.body).not.toContain('internal words');
    expect(response.body).not.toMatch(/\bat .*\.[jt]s:\d+/);
  });

  it('points at every member that is wrong, missing or unknown', async () => {
    const { errors } = (await post('{"inner": {"count": "x", "a/b~c": 1}, "other": 1}')).json<{
      errors: { pointer: string }[];
    }>();
    expect(new Set(errors.map(({ pointer }) => pointer))).toEqual(
      new Set(['#/name', '#/inner/count', '#/inner/a~1b~0c', '#/other']),
    );
  });

  it.each([
    ['a member that every object has', '{"name": "x", "inner": {"count": 1}, "constructor": 1}', '#/constructor'],
    ['such a member deep within', '{"name": "x", "inner": {"count": 1, "toString": "y"}}', '#/inner/toString'],
    ['null for a member that may only be absent', '{"name": "x", "inner": {"count": 1}, "note": null}', '#/note'],
    ['such a null deep within', '{"name": "x", "inner": {"count": 1, "note": null}}', '#/inner/note'],
    ['a parameter that every object has', 'constructor=1', '#/constructor'],
  ])('lets nothing pass without a word: %s', async (_what, sent, pointer) => {
    const response = sent.startsWith('{') ? await post(sent) : await get(`/things?${sent}`);
    expect(response.json()).toMatchObject({ code: 'request-invalid', errors: [{ pointer }] });
  });

  it('shows no control characters, whatever a module repeats', async () => {
    expect((await get('/things/fail/control')).json()).toMatchObject({
      detail: 'No \ufffd and \ufffd[31m and \ufffd.',
      errors: [{ pointer: '#', detail: 'a\ufffdb' }],
    });
  });

  it('never repeats a path', async () => {
    const path = '/nothing/of-this-name';
    expect((await get(path)).body).not.toContain('of-this-name');
  });

  it('is also the answer to headers that Node does not read', async () => {
    const server = app.getHttpServer();
    await app.listen(0, '127.0.0.1');
    const { port } = server.address() as AddressInfo;
    const response = await request(`http://127.0.0.1:${port}/things`, { headers: { 'x-padding': 'y'.repeat(20_000) } });
    const body = (await response.body.json()) as Record<string, unknown>;
    expect(response.statusCode).toBe(431);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({ status: 431, code: 'headers-too-large', requestId: response.headers['x-request-id'] });
  });

  it('passes on the places that a module names', async () => {
    expect((await get('/things/fail/domain')).json()).toMatchObject({
      errors: [{ pointer: '#/lid', detail: 'is on' }],
    });
  });

  it('says when to come back', async () => {
    expect((await get('/things/fail/away')).headers['retry-after']).toBe('5');
    expect((await get('/things/fail/busy')).headers['retry-after']).toBe('5');
  });
});

describe('a list', () => {
  it('takes back the cursor that it gave out', async () => {
    const cursor = encodeCursor(['ü"\0']);
    expect((await get(`/things?cursor=${cursor}&limit=2`)).json()).toEqual({ limit: 2, key: ['ü"\0'] });
  });

  it('has a page size of its own', async () => {
    expect((await get('/things')).json()).toEqual({ limit: 50, key: null });
  });
});

describe('a request id', () => {
  it('is the caller’s own when that is well-formed', async () => {
    expect((await get('/things', { 'x-request-id': 'caller-0001.x' })).headers['x-request-id']).toBe('caller-0001.x');
  });

  it.each(['short', 'x'.repeat(65), 'with space 1', '{"a":"b-c-d"}'])('replaces %s', async (id) => {
    expect((await get('/things', { 'x-request-id': id })).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('server-sent events', () => {
  it('keep one event in one block, whatever is in its data', async () => {
    const response = await get('/things/stream/whole');
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(response.body).toBe(
      'retry: 1000\n\nid: 7\nevent: log\ndata: {"line":"one\\ntwo\\r\\n\\nthree"}\n\n: keep-alive\n\n' +
        'event: end\ndata: {"state":"succeeded"}\n\n',
    );
  });

  it('break off when their source fails, and say nothing of why', async () => {
    const before = ThingsController.finished;
    const outcome = await get('/things/stream/broken').then(({ body }) => body, String);
    expect(outcome).not.toContain('end');
    expect(ThingsController.finished).toBe(before + 1);
  });
});
