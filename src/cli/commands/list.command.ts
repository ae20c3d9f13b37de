import type { Workflow, WorkflowSummary, WorkflowVersion } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { collectPages, parseLimit } from '../pages.js';
import { workflowPath } from '../workflow.reference.js';
import { versionTable, workflowTable } from '../workflow.view.js';

export interface ListOptions extends WorkflowFilter {
  readonly state?: string;
  readonly limit?: string;
}

/** What only the list of workflows is filtered by. */
interface WorkflowFilter {
  readonly search?: string;
  readonly tag?: string;
  readonly runtime?: string;
  readonly safetyMode?: string;
  readonly signer?: string;
}

/** All workflows, or with a name the versions of that one, the highest first. */
export async function list(context: CommandContext, name: string | undefined, options: ListOptions): Promise<ExitCode> {
  if (name === undefined) await listWorkflows(context, options);
  else await listVersions(context, name, options);
  return exitCodes.ok;
}

async function listWorkflows(context: CommandContext, options: ListOptions): Promise<void> {
  const { output } = context;
  const { search: q, tag, runtime, safetyMode, signer, state, limit } = options;
  const filter = { q, tag, runtime, safetyMode, signer, state };
  const items = await collectPages<WorkflowSummary>(context.api(), '/v1/workflows', filter, limitOf(limit));
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  await output.result({ items }, () => workflowTable(items, output.paint, isFiltered));
}

async function listVersions(context: CommandContext, name: string, options: ListOptions): Promise<void> {
  const { output } = context;
  const { state, limit, search, tag, runtime, safetyMode, signer } = options;
  if ([search, tag, runtime, safetyMode, signer].some((value) => value !== undefined)) {
    const hints = ['Leave NAME out to search workflows; the versions of one are told apart by --state only.'];
    throw new CliError('CLI.USAGE', 'this filter finds workflows, and one is named already', { hints });
  }
  const path = workflowPath(name);
  const workflow = await context.api().get<Workflow>(path);
  // The workflow itself shows its highest 500 versions; pages go on.
  const versions =
    state === undefined && limit === undefined
      ? workflow.versions
      : await collectPages<WorkflowVersion>(context.api(), `${path}/versions`, { state }, limitOf(limit));
  await output.result({ ...workflow, versions }, () => versionTable(versions, output.paint));
}

function limitOf(text: string | undefined): number {
  return text === undefined ? Infinity : parseLimit(text);
}
