import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** Swagger UI at /docs and the document at /docs-json. */
export function setUpOpenApi(app: INestApplication, version: string): OpenAPIObject {
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
  describeRefusals(document);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    swaggerOptions: { persistAuthorization: true },
  });
  return document;
}

/** What every route behind a token may answer; said once here instead of on each of them. */
function describeRefusals(document: OpenAPIObject): void {
  const operations = Object.values(document.paths).flatMap((path) => [
    path.get,
    path.post,
    path.put,
    path.patch,
    path.delete,
  ]);
  for (const operation of operations) {
    if (!operation?.security) continue;
    operation.responses['401'] ??= { description: '`token-missing` or `token-invalid`.' };
    operation.responses['403'] ??= { description: "`permission-missing`: the token's role may not do this." };
  }
}
