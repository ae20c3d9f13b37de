import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { getToken } from '@willsoto/nestjs-prometheus';
import { Logger } from 'nestjs-pino';
import type { Histogram } from 'prom-client';

import type { ProblemTypes } from '../errors/domain.error.js';
import { HTTP_DURATION } from '../observability/metrics.module.js';
import { ProblemFilter, sendConnectionProblem, sendFrameworkProblem } from './problem.filter.js';
import { refuseUnreadMultipart } from './reads-multipart.decorator.js';
import { createValidationPipe } from './validation.pipe.js';

/** Bytes of a JSON body; uploads have limits of their own. */
const BODY_LIMIT = 1024 * 1024;
const REQUEST_ID = /^[\w.-]{8,64}$/;

export function createHttpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: (raw: IncomingMessage) => requestId(raw),
    frameworkErrors: sendFrameworkProblem,
    clientErrorHandler: sendConnectionProblem,
    // Open event streams would keep a closing server alive for ever.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 255 },
  });
}

/** A caller's `X-Request-Id` is kept when it is well-formed, so that its logs and ours can be joined. */
function requestId(raw: IncomingMessage): string {
  const given = raw.headers['x-request-id'];
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  raw.id = id; // where the request logger looks for it
  return id;
}

/** What every HTTP server of Atom has: structured logs, one shape of error, validation, durations, request ids. */
export function configureHttp(app: NestFastifyApplication, problems: readonly ProblemTypes[]): void {
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new ProblemFilter(...problems));
  app.useGlobalPipes(createValidationPipe());
  const duration = app.get<Histogram>(getToken(HTTP_DURATION), { strict: false });
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    void reply.header('x-content-type-options', 'nosniff');
    done();
  });
  server.addHook('preParsing', (request, _reply, _payload, done) => {
    refuseUnreadMultipart(request);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, never the path: labels stay bounded.
    const route = request.routeOptions.url ?? 'none';
    duration.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    done();
  });
}
