import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { HttpError } from './http.error.js';

/** A route that reads multipart/form-data itself. To every other one it would look like a request without a body. */
export const ReadsMultipart = (): MethodDecorator =>
  applyDecorators(ApiConsumes('multipart/form-data'), RouteConfig({ readsMultipart: true }));

/** Throws `media-type-unsupported` for multipart that nobody would read. */
export function refuseUnreadMultipart({ headers, routeOptions }: FastifyRequest): void {
  const isRead = 'readsMultipart' in routeOptions.config;
  if (isRead || !/^\s*multipart\//i.test(headers['content-type'] ?? '')) return;
  throw new HttpError('media-type-unsupported', 'This route reads application/json.');
}
