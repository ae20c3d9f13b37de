import { loadPublicKey } from '../../wpk/index.js';
import { pathSegment } from '../api.path.js';
import type { TrustedIdentity, TrustedKey } from '../api.trust.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readText } from '../local.files.js';
import type { EntryKind } from '../trust/trust.plan.js';
import { entryView } from '../trust/trust.view.js';

interface ValidityOptions {
  readonly notBefore?: string;
  readonly notAfter?: string;
}

export interface AddKeyOptions extends ValidityOptions {
  readonly key: string;
}

export interface AddIdentityOptions extends ValidityOptions {
  readonly issuer: string;
  readonly subject: string;
}

const useIt = 'It may sign what a policy lets it sign: `atomctl trust policies apply -f FILE`.';

export async function addKey(context: CommandContext, name: string, options: AddKeyOptions): Promise<ExitCode> {
  const publicKey = await readText(options.key);
  // Before anything is sent: a private key named by mistake stays on this machine.
  loadPublicKey(publicKey);
  return send(context, '/v1/trust/keys', { name, publicKey, ...validity(options) }, useIt);
}

export async function addIdentity(
  context: CommandContext,
  name: string,
  options: AddIdentityOptions,
): Promise<ExitCode> {
  const { issuer, subject } = options;
  return send(context, '/v1/trust/identities', { name, issuer, subject, ...validity(options) }, useIt);
}

export async function retireEntry(
  context: CommandContext,
  kind: EntryKind,
  name: string,
  { reason }: { readonly reason?: string },
): Promise<ExitCode> {
  const advice = 'What was stored before still counts; nothing new that it signs is taken.';
  return send(context, `/v1/trust/${kind}/${pathSegment(name)}/retire`, { reason }, advice);
}

export async function revokeEntry(
  context: CommandContext,
  kind: EntryKind,
  name: string,
  { reason }: { readonly reason: string },
): Promise<ExitCode> {
  const advice = 'Nothing that it signed counts any more; runs of what only it signed stop before their next step.';
  return send(context, `/v1/trust/${kind}/${pathSegment(name)}/revoke`, { reason }, advice);
}

async function send(context: CommandContext, path: string, json: object, advice: string): Promise<ExitCode> {
  const { output } = context;
  const { body } = await context.api().send<TrustedKey | TrustedIdentity>(path, { method: 'POST', json });
  await output.result(body, () => entryView(body, output.paint));
  output.progress(advice);
  return exitCodes.ok;
}

function validity({ notBefore, notAfter }: ValidityOptions): ValidityOptions {
  return {
    ...(notBefore !== undefined && { notBefore: timeText('--not-before', notBefore) }),
    ...(notAfter !== undefined && { notAfter: timeText('--not-after', notAfter) }),
  };
}

const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** A day is its first moment in UTC. A time without a zone would mean another moment on another machine. */
function timeText(option: string, text: string): string {
  const at = time.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) {
    const hints = ['Write it as 2027-01-31 or 2027-01-31T18:00:00Z.'];
    throw new CliError('CLI.USAGE', `${option} takes a day or a time with its zone, not '${text}'`, { hints });
  }
  return new Date(at).toISOString();
}
