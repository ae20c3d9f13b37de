import type { Kind } from '../kinds.js';
import type { JsonObject, KubeObject } from '../objects.js';
import { ageOf, type Column } from './column.js';

const NAME_AND_AGE: readonly Column[] = [
  { name: 'Name', format: 'name', cell: ({ metadata }) => metadata.name },
  { name: 'Age', cell: ageOf },
];

/** A `meta.k8s.io/v1` Table: what `kubectl get` prints. */
export function tableOf(kind: Kind, objects: readonly KubeObject[], metadata: JsonObject): JsonObject {
  const columns = COLUMNS[kind.kind] ?? NAME_AND_AGE;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type = 'string', format = '', priority = 0 }) => {
      return { name, type, format, description: name, priority };
    }),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {};
