import { pathSegment } from './api.path.js';
import type { Workflow } from './api.types.js';
import { CliError } from './cli.errors.js';
import type { CommandContext } from './context.js';

export interface Reference {
  readonly workflow: string;
  readonly version?: string;
}

/** A workflow and one version of it. */
export type VersionReference = Required<Reference>;

/** `NAME` or `NAME@VERSION`; `NAME@latest` names no version either. */
export function parseReference(reference: string): Reference {
  const [workflow = '', version, ...more] = reference.split('@');
  if (workflow === '' || version === '' || more.length > 0) {
    throw new CliError('CLI.USAGE', `'${reference}' is neither NAME nor NAME@VERSION`);
  }
  return version === undefined || version === 'latest' ? { workflow } : { workflow, version };
}

/** `NAME@VERSION`: what is done to a version is done to the one that was named, never to whichever is the latest now. */
export function parseVersionReference(reference: string): VersionReference {
  const { workflow, version } = parseReference(reference);
  if (version !== undefined) return { workflow, version };
  const hints = [`\`atomctl list ${workflow}\` shows the versions.`];
  throw new CliError('CLI.USAGE', `name the version: ${workflow}@VERSION`, { hints });
}

/** The version that was named or, without one, the latest. */
export async function resolveVersion(
  context: CommandContext,
  { workflow, version }: Reference,
): Promise<VersionReference> {
  if (version !== undefined) return { workflow, version };
  const { latestVersion } = await context.api().get<Workflow>(workflowPath(workflow));
  if (latestVersion !== null) return { workflow, version: latestVersion };
  const hints = [`\`atomctl list ${workflow}\` shows the versions; name one as ${workflow}@VERSION.`];
  throw new CliError('CLI.REFUSED', `${workflow} has no active version that is not a pre-release`, { hints });
}

export function workflowPath(name: string): string {
  return `/v1/workflows/${pathSegment(name)}`;
}

export function versionPath({ workflow, version }: VersionReference): string {
  return `${workflowPath(workflow)}/versions/${pathSegment(version)}`;
}
