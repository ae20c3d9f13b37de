import type { OpenAPIObject } from '@nestjs/swagger';

import type { Operation } from './openapi.refusals.js';

interface Schema {
  readonly $ref?: string;
  readonly required?: readonly string[];
}

/** Nest says of every body that it is required; one whose members may all be absent may be absent itself. */
export function describeOptionalBody(document: OpenAPIObject, { requestBody }: Operation): void {
  if (requestBody === undefined || '$ref' in requestBody) return;
  const schema = requestBody.content['application/json']?.schema as Schema | undefined;
  const name = schema?.$ref?.replace('#/components/schemas/', '');
  const named = name === undefined ? schema : (document.components?.schemas?.[name] as Schema | undefined);
  if (named !== undefined && (named.required ?? []).length === 0) requestBody.required = false;
}
