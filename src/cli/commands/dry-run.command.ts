import type { Page, Run, Step } from '../api.types.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { summarize } from '../plan.summary.js';
import { planView } from '../plan.view.js';
import { followRun, type StartOptions, startRun } from '../run.starter.js';
import { runPath } from '../run.waiter.js';
import { parseReference, resolveVersion, versionPath } from '../workflow.reference.js';

/** Plans every step against the live cluster and shows what a run would change. Exit 0 means planned, and permitted. */
export async function dryRun(context: CommandContext, reference: string, options: StartOptions): Promise<ExitCode> {
  // A dry-run names its version: what was read is what is planned, whatever is registered meanwhile.
  const path = `${versionPath(await resolveVersion(context, parseReference(reference)))}/dry-run`;
  const started = await startRun(context, path, {}, options);
  return followRun(context, started, () => showPlan(context, started.id));
}

/** The document is the run with its steps and the counts of the last line. */
async function showPlan(context: CommandContext, id: string): Promise<ExitCode> {
  const { output } = context;
  const api = context.api();
  const [run, { items: steps }] = await Promise.all([
    api.get<Run>(runPath(id)),
    api.get<Pick<Page<Step>, 'items'>>(`${runPath(id)}/steps`),
  ]);
  const summary = summarize(run, steps);
  await output.result({ ...run, steps, summary }, () => planView(run, steps, output.paint));
  return run.state === 'succeeded' && summary.permissionsMissing === 0 ? exitCodes.ok : exitCodes.failed;
}
