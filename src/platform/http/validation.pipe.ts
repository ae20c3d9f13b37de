import { type ValidationError, ValidationPipe } from '@nestjs/common';

import type { ErrorPlace } from '../errors/domain.error.js';
import { HttpError } from './http.error.js';

/** DTOs are checked by class-validator; unknown members are refused, so that nothing is silently ignored. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) =>
      new HttpError('request-invalid', 'Some members of the request are missing, unknown or wrong.', {
        errors: errors.flatMap((e) => places(e, '#')),
      }),
  });
}

function places(error: ValidationError, parent: string): ErrorPlace[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
  return [...own, ...(error.children ?? []).flatMap((child) => places(child, pointer))];
}
