import { type KubeObject, timestamp } from './objects.js';

interface Writer {
  readonly manager?: string;
  readonly subresource?: string;
  readonly keepManagedFields?: boolean;
}

/** Notes in `metadata.managedFields` who made the change. */
export function recordFields(next: KubeObject, _previous: KubeObject | undefined, at: Date, options: Writer): void {
  if (!options.manager || options.keepManagedFields) return;
  const entry = {
    manager: options.manager,
    operation: 'Update' as const,
    apiVersion: next.apiVersion,
    time: timestamp(at),
    fieldsType: 'FieldsV1' as const,
    fieldsV1: {},
    ...(options.subresource && { subresource: options.subresource }),
  };
  const others = (next.metadata.managedFields ?? []).filter(
    (known) => known.manager !== entry.manager || known.subresource !== entry.subresource,
  );
  next.metadata.managedFields = [...others, entry];
}
