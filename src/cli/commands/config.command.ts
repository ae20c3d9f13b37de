import type { TokenSelf } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';

/** Shows address and token (its last characters only) with their sources, and asks Atom who the token is. */
export async function config(context: CommandContext, what: string): Promise<ExitCode> {
  if (what !== 'view') {
    throw new CliError('CLI.USAGE', `there is no 'config ${what}'; there is \`atomctl config view\``);
  }
  const { settings, output } = context;
  const { url, urlFrom, token, tokenFrom } = settings;
  const identity = token === undefined ? undefined : await context.api().get<TokenSelf>('/v1/tokens/self');
  const masked = token === undefined ? undefined : `…${token.slice(-4)}`;
  const value = { url, urlFrom, token: masked ?? null, tokenFrom: tokenFrom ?? null, identity: identity ?? null };
  await output.result(value, () =>
    renderFields([
      ['url', `${escapeLine(url)} (${urlFrom})`],
      ['token', masked === undefined ? 'none; set ATOM_TOKEN' : `${masked} (${tokenFrom ?? ''})`],
      ['name', identity?.name && escapeLine(identity.name)],
      ['role', identity?.role && escapeLine(identity.role)],
    ]),
  );
  return exitCodes.ok;
}
