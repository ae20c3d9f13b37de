import { RegistryError } from '../registry.error.js';
import { isVersion } from './version-sort-key.js';

/** RFC 1123 label, as the package format demands. Nothing else is ever looked up. */
export function isWorkflowName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

/** Without a version, what was wanted is its latest. What was asked for may be any text; it is repeated when it could be one. */
export function workflowNotFound(name: string, version?: string): RegistryError {
  if (version !== undefined && isWorkflowName(name)) {
    const what = isVersion(version) ? `version ${version}` : 'such version';
    return notFound(`Workflow '${name}' has no ${what}; GET /v1/workflows/${name}/versions lists what it has.`);
  }
  return notFound(`${noWorkflow(name)} with an active release; list the registered ones with GET /v1/workflows.`);
}

/** As above, of a workflow as a whole. */
export function nameNotFound(name: string): RegistryError {
  return notFound(`${noWorkflow(name)}; list the registered ones with GET /v1/workflows.`);
}

function noWorkflow(name: string): string {
  return `There is no workflow ${isWorkflowName(name) ? `'${name}'` : 'of that name'}`;
}

function notFound(message: string): RegistryError {
  return new RegistryError('workflow-not-found', message);
}
