import type { Page, Run, Step, Workflow } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { summarize } from '../plan.summary.js';
import { planView } from '../plan.view.js';
import { followRun, parseReference, type Reference, type StartOptions, startRun } from '../run.starter.js';
import { runPath } from '../run.waiter.js';

/** Plans every step against the live cluster and shows what a run would change. Exit 0 means planned, and permitted. */
export async function dryRun(context: CommandContext, reference: string, options: StartOptions): Promise<ExitCode> {
  const { workflow, version } = await resolve(context, parseReference(reference));
  const path = `${workflowPath(workflow)}/versions/${encodeURIComponent(version)}/dry-run`;
  const started = await startRun(context, path, {}, options);
  return followRun(context, started, () => showPlan(context, started.id));
}

/** A dry-run names its version: what was read is what is planned, whatever is registered meanwhile. */
async function resolve(context: CommandContext, { workflow, version }: Reference): Promise<Required<Reference>> {
  if (version !== undefined) return { workflow, version };
  const { latestVersion } = await context.api().get<Workflow>(workflowPath(workflow));
  if (latestVersion !== null) return { workflow, version: latestVersion };
  const hints = [`\`atomctl list ${workflow}\` shows the versions; name one as ${workflow}@VERSION.`];
  throw new CliError('CLI.REFUSED', `${workflow} has no version that is not a pre-release`, { hints });
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

function workflowPath(name: string): string {
  return `/v1/workflows/${encodeURIComponent(name)}`;
}
