import { type Kind, KINDS } from '../kinds.js';
import { bytesField, message } from '../schema/protobuf.writer.js';
import { SERVER_VERSION } from '../version.js';
import { itemPath } from './openapi.js';
import type { Reply } from './reply.js';

/**
 * OpenAPI v2 in the one form in which kubectl before 1.27 reads it: a gnostic `openapi.v2.Document` in protobuf. It holds
 * no definitions, so that such a kubectl leaves validation to the server, and says that PATCH takes `dryRun`.
 * The numbers are those of gnostic's OpenAPIv2.proto.
 */
export function openApiV2(path: string): Reply | undefined {
  if (path !== '/openapi/v2') return undefined;
  const kinds = KINDS.filter((kind) => !kind.review);
  const info = message(bytesField(1, 'Kubernetes'), bytesField(2, SERVER_VERSION.gitVersion));
  const paths = message(...kinds.map((kind) => bytesField(2, namedPath(kind))));
  const document = message(bytesField(1, '2.0'), bytesField(2, info), bytesField(8, paths));
  return { status: 200, bytes: document, contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' };
}

function namedPath(kind: Kind): Buffer {
  const patch = message(
    ...['dryRun', 'fieldManager', 'fieldValidation'].map((name) => bytesField(8, queryParameter(name))),
    bytesField(13, groupVersionKind(kind)),
  );
  return message(bytesField(1, itemPath(kind)), bytesField(2, bytesField(8, patch)));
}

/** ParametersItem > Parameter > NonBodyParameter > QueryParameterSubSchema. */
function queryParameter(name: string): Buffer {
  const schema = message(bytesField(2, 'query'), bytesField(4, name), bytesField(6, 'string'));
  return bytesField(1, bytesField(2, bytesField(3, schema)));
}

/** A NamedAny whose value is YAML text. */
function groupVersionKind({ group, version, kind }: Kind): Buffer {
  const yaml = `group: ${JSON.stringify(group)}\nkind: ${kind}\nversion: ${version}\n`;
  return message(bytesField(1, 'x-kubernetes-group-version-kind'), bytesField(2, bytesField(2, yaml)));
}
