// JSON Schemas of the Kubernetes kinds, strict (a field that Kubernetes does not know is an error), in the layout of kubeconform.
// They are derived from the OpenAPI document in the module of Kubernetes that tools/kubernetes/go.mod names, once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT, tools } from './charts.mjs';

const MODULE = 'k8s.io/kubernetes';
/** Rises with every change of how the schemas are derived. */
const EDITION = 1;

/** The folder with one file for each kind, and the release of Kubernetes that they belong to. */
export function kubernetesSchemas() {
  const project = path.join(ROOT, 'tools/kubernetes');
  const [, version] = /^require k8s\.io\/kubernetes (\S+)$/m.exec(readFileSync(path.join(project, 'go.mod'), 'utf8'));
  const folder = path.resolve(tools(), '..', `schemas-${version}-${EDITION}`);
  if (!existsSync(folder)) {
    const module = execFileSync('go', ['mod', 'download', '-json', MODULE], { cwd: project, encoding: 'utf8' });
    derive(path.join(JSON.parse(module).Dir, 'api/openapi-spec/swagger.json'), folder);
  }
  return { folder, version };
}

function derive(swagger, folder) {
  const { definitions } = JSON.parse(readFileSync(swagger, 'utf8'));
  const strict = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, close(schema)]));
  // Moved into its place when it is whole: an interrupted run leaves nothing that counts.
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, kind, version } of definition['x-kubernetes-group-version-kind'] ?? []) {
      const file = [kind, group.split('.')[0], version]
        .filter((part) => part !== '')
        .join('-')
        .toLowerCase();
      const schema = { ...strict[name], definitions: needed(name, strict) };
      writeFileSync(path.join(draft, `${file}.json`), JSON.stringify(schema));
    }
  }
  renameSync(draft, folder);
}

function needed(name, all, found = {}) {
  for (const [, other] of JSON.stringify(all[name]).matchAll(/"#\/definitions\/([^"]+)"/g)) {
    if (other in found) continue;
    found[other] = all[other];
    needed(other, all, found);
  }
  return found;
}

/** No fields but those that are named, and the two types that JSON writes in more than one way. */
function close(schema) {
  if (schema.format === 'int-or-string') return { type: ['string', 'integer'] };
  if (schema.description?.startsWith('Quantity is a fixed-point')) return { type: ['string', 'number'] };
  const closed = { ...schema };
  if (schema.items) closed.items = close(schema.items);
  if (schema.allOf) closed.allOf = schema.allOf.map(close);
  if (typeof schema.additionalProperties === 'object') closed.additionalProperties = close(schema.additionalProperties);
  if (schema.properties) {
    closed.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, value]) => [name, close(value)]),
    );
    closed.additionalProperties ??= false;
  }
  return closed;
}
