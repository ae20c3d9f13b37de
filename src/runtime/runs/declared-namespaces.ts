import { type PackageSpec, resolveValue } from '../../wpk/index.js';
import type { JsonObject } from './run.js';

/** Stands for all namespaces. */
export const EVERY_NAMESPACE = '*';

/**
 * The namespaces that a package declares, with a run's inputs filled in; sorted, none twice. Policy reads them and the run
 * is held to them. Throws WpkError when an expression cannot be evaluated with these inputs.
 */
export function declaredNamespaces(spec: PackageSpec, inputs: JsonObject, target: string | null): string[] {
  const names = spec.permissions.flatMap(({ namespaces }) =>
    namespaces === undefined || namespaces.length === 0
      ? [EVERY_NAMESPACE]
      : (resolveValue(namespaces, { inputs, target }) as unknown[]),
  );
  return [...new Set(names.map(String))].sort();
}
