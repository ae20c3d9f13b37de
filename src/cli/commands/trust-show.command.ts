import type { Trust, TrustedIdentity, TrustedKey, TrustPolicy } from '../api.trust.types.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { identityTable, keyTable, policyTable, trustView } from '../trust/trust.view.js';

interface ListOf<T> {
  readonly items: readonly T[];
}

export async function showTrust(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const trust = await context.api().get<Trust>('/v1/trust');
  await output.result(trust, () => trustView(trust, output.paint));
  return exitCodes.ok;
}

export async function listKeys(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const { items } = await context.api().get<ListOf<TrustedKey>>('/v1/trust/keys');
  await output.result({ items }, () => keyTable(items, output.paint));
  return exitCodes.ok;
}

export async function listIdentities(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const { items } = await context.api().get<ListOf<TrustedIdentity>>('/v1/trust/identities');
  await output.result({ items }, () => identityTable(items, output.paint));
  return exitCodes.ok;
}

export async function listPolicies(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const { items } = await context.api().get<ListOf<TrustPolicy>>('/v1/trust/policies');
  await output.result({ items }, () => policyTable(items));
  return exitCodes.ok;
}
