import { Param, ParseUUIDPipe, type PipeTransform, type Type } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';

export interface PathParamOptions {
  readonly description?: string;
  readonly example?: string;
  /** Only documented: a text that does not match finds nothing. */
  readonly pattern?: RegExp;
  readonly format?: string;
}

/** A parameter of the path, documented where it is read. */
export function PathParam(
  name: string,
  { description, example, pattern, format }: PathParamOptions,
  ...pipes: readonly Type<PipeTransform>[]
): ParameterDecorator {
  const schema = {
    ...{ type: 'string', ...(pattern && { pattern: pattern.source }), ...(format && { format }) },
    // Beside a schema, @nestjs/swagger drops an example without a word.
    ...(example && { example }),
  };
  const document = ApiParam({ name, schema, ...(description && { description }) });
  return (target, key, index) => {
    Param(name, ...pipes)(target, key, index);
    const method = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key !== undefined && method) document(target, key, method);
  };
}

/** A parameter of the path that is a UUID: checked, and documented as one. */
export function UuidParam(name: string): ParameterDecorator {
  return PathParam(name, { format: 'uuid', example: '019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11' }, ParseUUIDPipe);
}
