import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ApiError } from '../api.error.js';
import type { Faults, RequestFault } from '../faults.js';
import { delay, isReset, statusOf } from './fault.reply.js';
import type { Reply } from './reply.js';
import { send } from './reply.js';
import {
  factsOf,
  isDryRun,
  managerOf,
  parseTarget,
  parseUrl,
  readBody,
  type ResourceRequest,
  verbOf,
} from './request.js';
import type { RequestLog } from './request.log.js';

export interface Handlers {
  /** Paths that name no object: version, health, discovery, OpenAPI. Undefined: no such path. */
  readonly plain: (path: string, accept: string) => Reply | undefined;
  readonly resource: (request: ResourceRequest) => Reply;
}

export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server.address() as AddressInfo;
}

export function createApiServer(handlers: Handlers, faults: Faults, log: RequestLog): Server {
  const server = createServer((message, response) => {
    void answer(message, response, handlers, faults, log);
  });
  // A client that keeps its connection must not meet a socket that is closed under its next request.
  server.keepAliveTimeout = 60_000;
  return server;
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  handlers: Handlers,
  faults: Faults,
  log: RequestLog,
): Promise<void> {
  const entry = log.open(message, response);
  try {
    const url = parseUrl(message.url ?? '/');
    const target = parseTarget(url.pathname);
    const accept = message.headers.accept ?? '';
    if (!target) {
      const reply =
        message.method === 'GET' || message.method === 'HEAD' ? handlers.plain(url.pathname, accept) : undefined;
      if (!reply) throw ApiError.noSuchPath();
      send(reply, message, response);
      return;
    }
    const userAgent = message.headers['user-agent'] ?? '';
    const request: ResourceRequest = {
      ...target,
      verb: verbOf(message.method ?? 'GET', target, url.searchParams),
      query: url.searchParams,
      accept,
      manager: managerOf(url.searchParams, userAgent),
      dryRun: isDryRun(url.searchParams),
      ...(await readBody(message)),
    };
    Object.assign(entry, { verb: request.verb, dryRun: request.dryRun, body: request.body });
    const reply = await withFaults(request, faults.take(factsOf(request)), faults, handlers);
    if (reply === 'reset') message.socket.resetAndDestroy();
    else send(reply, message, response);
  } catch (error) {
    if (!response.headersSent) sendError(error, message, response);
    else response.destroy();
  }
}

async function withFaults(
  request: ResourceRequest,
  scripted: readonly RequestFault[],
  faults: Faults,
  handlers: Handlers,
): Promise<Reply | 'reset'> {
  await delay(scripted);
  const reset = scripted.find(isReset);
  if (reset?.when === 'before-write') return 'reset';
  const refusal = scripted.find((fault) => fault.type === 'status');
  if (refusal) throw statusOf(refusal, request);
  if (!request.kind.review && faults.isDenied(factsOf(request))) throw denied(request);
  const reply = handlers.resource(request);
  return reset ? 'reset' : reply;
}

function denied(request: ResourceRequest): ApiError {
  const { kind, verb, name, namespace, subresource } = request;
  const resource = subresource ? `${kind.plural}/${subresource}` : kind.plural;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const why = `User "simulator" cannot ${verb} resource "${resource}" in API group "${kind.group}" ${where}`;
  return ApiError.forbidden(kind, name, why);
}

function sendError(error: unknown, message: IncomingMessage, response: ServerResponse): void {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : 'unknown'}`,
        );
  const retryAfter = known.details?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
  send({ status: known.code, json: known.toStatus() }, message, response);
}
