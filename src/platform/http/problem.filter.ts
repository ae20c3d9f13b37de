import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { DomainError, type ErrorPlace, type ProblemTypes } from '../errors/domain.error.js';
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

interface Outcome {
  readonly code: string;
  readonly status: number;
  readonly title: string;
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
    const { code, status, title, detail, errors } = outcome;
    const problem: Problem = {
      ...{ type: PROBLEM_BASE + code, title, status, detail, instance: `/problems/${requestId}`, code, requestId },
      ...(errors.length > 0 && { errors }),
    };
    if (status === 401) void reply.header('www-authenticate', 'Bearer error="invalid_token"');
    if (status === 503) void reply.header('retry-after', '5');
    void reply.status(status).type('application/problem+json').send(JSON.stringify(problem));
  }

  private outcomeOf(error: unknown): Outcome {
    if (isDomainError(error)) {
      const type = this.types[error.code];
      // A code without a type is a defect; it must not decide what the caller sees.
      if (type) return { ...type, code: error.code, detail: error.message, errors: error.errors };
    }
    const status = statusOf(error);
    const { code, title, detail } = problemOfStatus(status);
    const said = status < 500 && error instanceof Error ? error.message : detail;
    return { code, status, title, detail: said, errors: [] };
  }
}

/** `instanceof` alone would leave the code's type open. */
function isDomainError(error: unknown): error is DomainError {
  return error instanceof DomainError;
}

/** Nest's exceptions and Fastify's errors (body too large, unknown content type, malformed JSON) say their status. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return 500;
}
