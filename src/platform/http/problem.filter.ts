import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { isDatabaseAway } from '../database/database.js';
import { DomainError, type ErrorPlace, type ProblemType, type ProblemTypes } from '../errors/domain.error.js';
import { HTTP_PROBLEMS, problemOfStatus } from './http.problems.js';

/** RFC 9457 `application/problem+json`, with a stable `code` and the places that are wrong. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly ErrorPlace[];
}

const PROBLEM_BASE = 'https://atom.dev/problems/';

interface Outcome extends ProblemType {
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly ErrorPlace[];
}

/** The one place where an error becomes an HTTP answer. `types` is every module's table of codes. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);
  private readonly types: ProblemTypes;

  constructor(...types: readonly ProblemTypes[]) {
    this.types = Object.assign({}, HTTP_PROBLEMS, ...types) as ProblemTypes;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const requestId = http.getRequest<FastifyRequest>().id;
    const outcome = this.outcomeOf(error);
    if (outcome.status >= 500) this.logger.error({ err: error, requestId, code: outcome.code });
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    sendProblem(reply, requestId, outcome);
  }

  private outcomeOf(error: unknown): Outcome {
    if (isDomainError(error)) {
      const type = this.types[error.code];
      // A code without a type is a defect; it must not decide what the caller sees.
      if (type) return { ...type, code: error.code, detail: error.message, errors: error.errors };
    }
    return outcomeOfRequest(error);
  }
}

/** For what Fastify refuses before it knows a route, such as a path with a broken escape: no filter sees it. */
export function sendFrameworkProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  sendProblem(reply, request.id, outcomeOfRequest(error));
}

/** For what Node refuses before there is a request, such as headers beyond its limit. */
export function sendConnectionProblem(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    const problem = problemOfStatus(status, 'This is no request of HTTP/1.1.');
    const requestId = randomUUID();
    const body = toText(requestId, { ...problem, errors: [] });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      ...[`content-type: application/problem+json`, `content-length: ${Buffer.byteLength(body)}`],
      ...[`x-request-id: ${requestId}`, 'connection: close'],
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}

function sendProblem(reply: FastifyReply, requestId: string, outcome: Outcome): void {
  const { status, headers = {} } = outcome;
  void reply.headers(headers).status(status).type('application/problem+json').send(toText(requestId, outcome));
}

function toText(requestId: string, { code, status, title, detail, errors }: Outcome): string {
  const problem: Problem = {
    ...{ type: PROBLEM_BASE + code, title, status, detail: printable(detail), instance: `/problems/${requestId}` },
    ...{ code, requestId },
    ...(errors.length > 0 && { errors: errors.map((place) => ({ ...place, detail: printable(place.detail) })) }),
  };
  return JSON.stringify(problem);
}

/** A detail may repeat what was sent, and ends up in terminals: no control characters, no halves of surrogate pairs. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\ufffd');
}

function outcomeOfRequest(error: unknown): Outcome {
  return { ...problemOfStatus(statusOf(error), error instanceof Error ? error.message : undefined), errors: [] };
}

/** `instanceof` alone would leave the code's type open. */
function isDomainError(error: unknown): error is DomainError {
  return error instanceof DomainError;
}

/**
 * Nest's exceptions and Fastify's errors (body too large, unknown content type, malformed JSON) say their status. Errors of
 * other libraries may carry a status too, that of a server which they asked: it is not ours to pass on.
 */
function statusOf(error: unknown): number {
  if (isDatabaseAway(error)) return 503;
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return 500;
  const { code, statusCode } = error;
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number' ? statusCode : 500;
}
