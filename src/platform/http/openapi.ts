import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

import { describeOptionalBody } from './openapi.bodies.js';
import { describeRefusals, operationsOf } from './openapi.refusals.js';
import { describeValidators } from './openapi.validators.js';

/** Swagger UI at /docs and the document at /docs-json. */
export function setUpOpenApi(app: INestApplication, version: string): OpenAPIObject {
  describeValidators();
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle('Atom')
      .setDescription(
        'Signed operations runbooks for Kubernetes. Every refusal is `application/problem+json` (RFC 9457) with a stable `code`.',
      )
      .setVersion(version)
      .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
      .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API token: `atom_pat_…`' })
      .build(),
  );
  for (const [, operation] of operationsOf(document)) describeOptionalBody(document, operation);
  describeRefusals(document);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    swaggerOptions: { persistAuthorization: true },
  });
  return document;
}
