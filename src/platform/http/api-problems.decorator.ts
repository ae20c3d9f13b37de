import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

import type { ProblemTypes } from '../errors/domain.error.js';

/** Where the document keeps a refusal until {@link describeRefusals} has made responses of them. */
export const PROBLEM_EXTENSION = 'x-problem-';

/**
 * Documents refusals of a route, or of every route of a controller. What any route may answer is added without this: see
 * openapi.refusals.ts.
 */
export function ApiProblems<Code extends string>(
  types: ProblemTypes<Code>,
  ...codes: readonly Code[]
): ClassDecorator & MethodDecorator {
  return applyDecorators(...codes.map((code) => ApiExtension(PROBLEM_EXTENSION + code, types[code])));
}
