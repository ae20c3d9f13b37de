import type { Page, Run, Step } from '../api.types.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { collectPages, parseLimit } from '../pages.js';
import { planView } from '../plan.view.js';
import { runTable, runView } from '../run.view.js';
import { runPath } from '../run.waiter.js';

export interface StatusOptions {
  readonly workflow?: string;
  readonly state?: string;
  readonly limit: string;
}

/** One run with its steps, or the latest runs. Exit 0 whatever the state is: that Atom answered is the success. */
export async function status(
  context: CommandContext,
  id: string | undefined,
  options: StatusOptions,
): Promise<ExitCode> {
  if (id === undefined) await showRuns(context, options);
  else await showRun(context, id);
  return exitCodes.ok;
}

/** Also the result of `run --wait`. In JSON the steps are a member of the run. */
export async function showRun(context: CommandContext, id: string): Promise<Run> {
  const { output } = context;
  const api = context.api();
  const [run, steps] = await Promise.all([
    api.get<Run>(runPath(id)),
    api.get<Pick<Page<Step>, 'items'>>(`${runPath(id)}/steps`),
  ]);
  await output.result({ ...run, steps: steps.items }, () =>
    [runView, ...(run.dryRun ? [planView] : [])].map((view) => view(run, steps.items, output.paint)).join('\n\n'),
  );
  return run;
}

async function showRuns(context: CommandContext, { workflow, state, limit }: StatusOptions): Promise<void> {
  const { output } = context;
  const items = await collectPages<Run>(context.api(), '/v1/runs', { workflow, state }, parseLimit(limit));
  await output.result({ items }, () => runTable(items, output.paint));
}
