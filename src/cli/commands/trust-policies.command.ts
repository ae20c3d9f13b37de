import { pathSegment } from '../api.path.js';
import type { Trust } from '../api.trust.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { escapeLine } from '../output/escape.js';
import {
  compileFile,
  needsRoot,
  type OpenedTrustFile,
  openTrustFile,
  readRoot,
  TrustFileError,
  tryOutTrust,
} from '../trust/trust.opened.js';
import { planTrust, type TrustPlan } from '../trust/trust.plan.js';
import { carryOutStep, stepDocument, stepText } from '../trust/trust.steps.js';
import { reportTrustFile, testTrust, type TrustTestOptions } from './trust-test.command.js';

export interface ApplyOptions extends TrustTestOptions {
  readonly dryRun?: boolean;
}

/** Makes the server trust as a trust file says. Nothing is sent of a file that is wrong in itself. */
export async function applyPolicies(context: CommandContext, options: ApplyOptions): Promise<ExitCode> {
  if (options.dryRun) return testTrust(context, options);
  let opened: OpenedTrustFile;
  try {
    opened = await openTrustFile(options.file);
    await tryOutIfPossible(context, opened, options);
  } catch (error) {
    if (!(error instanceof TrustFileError)) throw error;
    await reportTrustFile(context, error);
    context.output.progress('Nothing was sent.');
    return exitCodes.failed;
  }
  const plan = planTrust(opened.file.document, await trustHere(context));
  refuseConflicts(options.file, plan);
  await carryOut(context, opened, plan);
  return exitCodes.ok;
}

export async function removePolicy({ output, ...context }: CommandContext, name: string): Promise<ExitCode> {
  await context.api().send<undefined>(`/v1/trust/policies/${pathSegment(name)}`, { method: 'DELETE' });
  await output.result({ name, removed: true }, () => escapeLine(`policy ${name}: removed`));
  output.progress('Names that no other policy covers may be signed by the keys of COSIGN_PUBLIC_KEY only.');
  return exitCodes.ok;
}

async function tryOutIfPossible(
  { output }: CommandContext,
  opened: OpenedTrustFile,
  { trustedRoot }: ApplyOptions,
): Promise<void> {
  const root = await readRoot(trustedRoot);
  if (root || !needsRoot(opened.file.document)) return tryOutTrust(opened, root);
  compileFile(opened, root);
  output.progress(
    'The checks are left to the server, which has the trusted root; --trusted-root tries them here first.',
  );
}

async function trustHere(context: CommandContext): Promise<Trust> {
  const trust = await context.api().get<Trust>('/v1/trust');
  if (trust.managedBy !== 'file') return trust;
  const hints = ['Change that file where it is deployed from; `atomctl trust test -f FILE` tries it out beforehand.'];
  throw new CliError('CLI.REFUSED', 'trust comes from the file of TRUST_FILE on this server', { hints });
}

function refuseConflicts(file: string, { conflicts }: TrustPlan): void {
  if (conflicts.length === 0) return;
  const hints = ['A name means one signer for ever; choose another name in the file. Nothing was changed.'];
  throw new CliError('CLI.REFUSED', `${file} contradicts the server:\n  ${conflicts.join('\n  ')}`, { hints });
}

async function carryOut(context: CommandContext, opened: OpenedTrustFile, plan: TrustPlan): Promise<void> {
  const { output } = context;
  const done: string[] = [];
  for (const step of plan.steps) {
    try {
      await carryOutStep(context.api(), opened, step);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const before = done.length === 0 ? 'nothing was changed' : `done before: ${done.join('; ')}`;
      throw error.withHints([
        `It failed at: ${stepText(step)}; ${before}. Applying the file again goes on from there.`,
      ]);
    }
    done.push(stepText(step));
    output.progress(escapeLine(stepText(step)));
  }
  for (const name of plan.otherPolicies) {
    output.progress(
      escapeLine(`policy ${name}: not in the file, stays; \`atomctl trust policies remove ${name}\` removes it`),
    );
  }
  await output.result(
    { file: opened.path, steps: plan.steps.map(stepDocument), otherPolicies: plan.otherPolicies },
    () => escapeLine(`${opened.path}: ${plan.steps.length === 1 ? '1 step' : `${plan.steps.length} steps`} applied`),
  );
}
