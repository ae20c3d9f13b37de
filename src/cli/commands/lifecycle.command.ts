import type { WorkflowVersion } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';
import { readOverride } from '../override.options.js';
import { parseVersionReference, versionPath } from '../workflow.reference.js';
import { overrideLine, standingLine } from '../workflow.view.js';

export interface ReasonOptions {
  readonly reason: string;
}

export interface OverrideOptions {
  readonly reason?: string;
  readonly hours?: string;
  readonly end?: boolean;
}

export function yank(context: CommandContext, reference: string, { reason }: ReasonOptions): Promise<ExitCode> {
  const request = { method: 'POST', json: { reason } } as const;
  return change(context, reference, 'yank', request, 'No new run of it starts; runs that were accepted go on.');
}

export function unyank(context: CommandContext, reference: string): Promise<ExitCode> {
  return change(context, reference, 'yank', { method: 'DELETE' }, 'New runs of it start again.');
}

export function revoke(context: CommandContext, reference: string, { reason }: ReasonOptions): Promise<ExitCode> {
  const request = { method: 'POST', json: { reason } } as const;
  const advice = 'Nothing of it runs any more, for ever; what runs now stops before its next step.';
  return change(context, reference, 'revoke', request, advice);
}

export function override(context: CommandContext, reference: string, options: OverrideOptions): Promise<ExitCode> {
  const { reason, hours, end } = options;
  if (end) {
    if (reason !== undefined || hours !== undefined) {
      throw new CliError('CLI.USAGE', '--end takes neither --reason nor --hours');
    }
    return change(context, reference, 'override', { method: 'DELETE' }, 'The override is over.');
  }
  const wanted = readOverride(reason, hours);
  if (!wanted) throw new CliError('CLI.USAGE', 'an override needs --reason and --hours; --end ends one');
  const request = { method: 'POST', json: wanted } as const;
  const advice = 'Until then it may run although it was yanked or policy says otherwise; it is on record.';
  return change(context, reference, 'override', request, advice);
}

/** Of a version that never ran. */
export async function deleteVersion(context: CommandContext, reference: string): Promise<ExitCode> {
  const { output } = context;
  const { workflow: name, version } = parseVersionReference(reference);
  await context.api().send<undefined>(versionPath({ workflow: name, version }), { method: 'DELETE' });
  await output.result({ name, version, state: 'deleted' }, () => escapeLine(`${name}@${version}: deleted`));
  output.progress('The name and version keep meaning the same bytes: only those may be pushed again.');
  return exitCodes.ok;
}

async function change(
  context: CommandContext,
  reference: string,
  action: string,
  request: { readonly method: 'POST' | 'DELETE'; readonly json?: object },
  advice: string,
): Promise<ExitCode> {
  const path = `${versionPath(parseVersionReference(reference))}/${action}`;
  const { output } = context;
  const { body } = await context.api().send<WorkflowVersion>(path, request);
  await output.result(body, () =>
    renderFields([
      ['workflow', escapeLine(`${body.name}@${body.version}`)],
      ['state', standingLine(body, output.paint)],
      ['override', body.override && overrideLine(body.override)],
    ]),
  );
  output.progress(advice);
  return exitCodes.ok;
}
