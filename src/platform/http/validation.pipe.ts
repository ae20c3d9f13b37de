import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';

import type { ErrorPlace } from '../errors/domain.error.js';
import { HttpError } from './http.error.js';

/** As deep as a package may be. class-transformer recurses without a bound, and its stack ends at some thousand levels. */
const MAX_DEPTH = 64;

/** DTOs are checked by class-validator; unknown members are refused, so that nothing is silently ignored. */
export function createValidationPipe(): ValidationPipe {
  return new StrictValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => invalid(errors.flatMap((error) => places(error, '#'))),
  });
}

class StrictValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isRead = metadata.type === 'body' || metadata.type === 'query';
    // Nest takes null for an absent body, and judges the items of a list one by one.
    if (isRead && (value === null || Array.isArray(value))) refuse([{ pointer: '#', detail: 'not a JSON object' }]);
    if (isRead) refuse([...dropped(value, '#', 0)]);
    const result: unknown = await super.transform(value, metadata);
    if (isRead) refuse([...nulls(result, '#')]);
    return result;
  }
}

/** Members that class-transformer drops without a word: those that every object has (`constructor`, `toString`). */
function* dropped(value: unknown, pointer: string, depth: number): Generator<ErrorPlace> {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw invalid([{ pointer: '#', detail: `nested deeper than ${MAX_DEPTH} levels` }]);
  for (const [name, member] of Object.entries(value)) {
    if (!Array.isArray(value) && name in Object.prototype) {
      yield { pointer: join(pointer, name), detail: 'not a usable name' };
    }
    yield* dropped(member, join(pointer, name), depth + 1);
  }
}

/** `IsOptional` lets null pass as well as absence; the document, and whoever reads the member, know absence only. */
function* nulls(value: unknown, pointer: string): Generator<ErrorPlace> {
  if (typeof value !== 'object' || value === null || value.constructor === Object) return;
  const optional = Array.isArray(value) ? new Set() : optionalMembers(value);
  for (const [name, member] of Object.entries(value)) {
    if (member === null && optional.has(name)) {
      yield { pointer: join(pointer, name), detail: `${name} must not be null` };
    }
    yield* nulls(member, join(pointer, name));
  }
}

function optionalMembers(value: object): ReadonlySet<string> {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(value.constructor, '', true, false);
  return new Set(metadata.filter(({ name }) => name === 'isOptional').map(({ propertyName }) => propertyName));
}

function refuse(errors: readonly ErrorPlace[]): void {
  if (errors.length > 0) throw invalid(errors);
}

function invalid(errors: readonly ErrorPlace[]): HttpError {
  return new HttpError('request-invalid', 'Some members of the request are missing, unknown or wrong.', { errors });
}

function places(error: ValidationError, parent: string): ErrorPlace[] {
  const pointer = join(parent, error.property);
  const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
  return [...own, ...(error.children ?? []).flatMap((child) => places(child, pointer))];
}

function join(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
