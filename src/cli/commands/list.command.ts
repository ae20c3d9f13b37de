import type { Workflow, WorkflowSummary } from '../api.types.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { collectPages, parseLimit } from '../pages.js';
import { versionTable, workflowTable } from '../workflow.view.js';

export interface ListOptions {
  readonly limit?: string;
}

/** All workflows, or with a name the versions of that one, newest as the server orders them. */
export async function list(context: CommandContext, name: string | undefined, options: ListOptions): Promise<ExitCode> {
  const { output } = context;
  if (name === undefined) {
    const limit = options.limit === undefined ? Infinity : parseLimit(options.limit);
    const items = await collectPages<WorkflowSummary>(context.api(), '/v1/workflows', {}, limit);
    await output.result({ items }, () => workflowTable(items));
  } else {
    const workflow = await context.api().get<Workflow>(`/v1/workflows/${encodeURIComponent(name)}`);
    await output.result(workflow, () => versionTable(workflow.versions, output.paint));
  }
  return exitCodes.ok;
}
