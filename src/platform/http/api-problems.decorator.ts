import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';

import type { ProblemTypes } from '../errors/domain.error.js';

/** Documents refusals: one response for each status, naming the codes that come with it. */
export function ApiProblems<Code extends string>(
  types: ProblemTypes<Code>,
  ...codes: readonly Code[]
): MethodDecorator {
  const statuses = new Set(codes.map((code) => types[code].status));
  return applyDecorators(
    ...[...statuses].map((status) => {
      const members = codes.filter((code) => types[code].status === status);
      return ApiResponse({
        status,
        description: members.map((code) => `\`${code}\`: ${types[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: schemaOf(members) } },
      });
    }),
  );
}

function schemaOf(codes: readonly string[]) {
  const string = { type: 'string' } as const;
  return {
    type: 'object' as const,
    required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
    properties: {
      ...{ type: { type: 'string' as const, format: 'uri' }, title: string, status: { type: 'integer' as const } },
      ...{ detail: string, instance: string, requestId: string },
      code: { type: 'string' as const, enum: [...codes] },
      errors: {
        type: 'array' as const,
        items: {
          type: 'object' as const,
          properties: {
            pointer: string,
            detail: string,
            line: { type: 'integer' as const },
            column: { type: 'integer' as const },
          },
        },
      },
    },
  };
}
