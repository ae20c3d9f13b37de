import { RegistryError } from '../registry.error.js';

/** RFC 1123 label, as the package format demands. Nothing else is ever looked up. */
export function isWorkflowName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

/** The text asked for may be anything, so it is repeated only when it could be a name. */
export function workflowNotFound(name: string, version?: string): RegistryError {
  const what = isWorkflowName(name) ? `'${name}'` : 'of that name';
  return new RegistryError(
    'workflow-not-found',
    version === undefined
      ? `No workflow ${what} has a release; list the registered ones with GET /v1/workflows.`
      : `No workflow ${what} has that version; GET /v1/workflows/{name} lists its versions.`,
  );
}
