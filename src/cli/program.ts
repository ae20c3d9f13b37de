import { readFileSync } from 'node:fs';

import { Command, CommanderError } from 'commander';

import { type ExitCode, exitCodes } from './cli.errors.js';
import { createContext } from './context.js';
import type { Execute } from './execute.js';
import { exitCodeOf, reportFailure } from './failure.report.js';
import { Paint } from './output/paint.js';
import { declareOciCommands } from './program.oci.js';
import { declarePackageCommands } from './program.packages.js';
import { declareRunCommands } from './program.runs.js';
import { declareTrustCommands } from './program.trust.js';
import { declareVersionCommands } from './program.versions.js';
import type { GlobalOptions } from './settings.js';

const afterHelp = `
Environment:
  ATOM_URL         address of the Atom API (default http://127.0.0.1:8000)
  ATOM_TOKEN       bearer token
  COSIGN_PASSWORD  password of the private key file; empty is a password too
  ATOM_OCI_USERNAME, ATOM_OCI_PASSWORD
                   login at the OCI registry; without them, that of Docker's config.json
  NO_COLOR         any value switches colour off

Exit codes:
  0  done           1  refused or failed     2  wrong usage
  3  Atom or a registry cannot be reached, try again
  130  interrupted by Ctrl-C`;

/** Parses the arguments, runs the command, reports its failure on stderr. Never throws. */
export async function main(process: NodeJS.Process): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = createProgram(async (command, work) => {
    exitCode = await work(createContext(globalOptionsOf(command), process));
  });
  try {
    await program.parseAsync(process.argv);
    return exitCode;
  } catch (thrown) {
    // Commander has printed its own message; help and version come as errors with exit code 0.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const colour = process.stderr.isTTY && !process.env['NO_COLOR'] && !process.argv.includes('--no-color');
    process.stderr.write(`${reportFailure(thrown, new Paint(colour))}\n`);
    return exitCodeOf(thrown);
  }
}

function createProgram(execute: Execute): Command {
  const program = new Command('atomctl')
    .description('Pack, sign, register and run signed operations runbooks with Atom.')
    .usage('<command> [options]')
    .version(ownVersion())
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('`atomctl --help` lists the commands, `atomctl <command> --help` explains one.')
    .addHelpText('after', afterHelp);
  addGlobalOptions(program);
  declarePackageCommands(program, execute);
  declareVersionCommands(program, execute);
  declareTrustCommands(program, execute);
  declareRunCommands(program, execute);
  declareOciCommands(program, execute);
  // The same options before and after the name of the command; `pack` keeps -o for its file, as tar and gcc do.
  for (const command of commandsBelow(program)) addGlobalOptions(command);
  return program;
}

/** From the package.json above dist/ (or src/). */
function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

/** An option after the name of the command wins over the same one before it. */
function globalOptionsOf(command: Command): GlobalOptions {
  const before: GlobalOptions = command.parent ? globalOptionsOf(command.parent) : {};
  const after: GlobalOptions = command.opts();
  return { ...before, ...after, color: before.color !== false && after.color !== false };
}

function commandsBelow(command: Command): Command[] {
  return command.commands.flatMap((member) => [member, ...commandsBelow(member)]);
}

function addGlobalOptions(command: Command): void {
  const takesShortO = !command.options.some(({ short }) => short === '-o');
  command
    .optionsGroup('Common options:')
    .option('--url <address>', 'address of the Atom API (ATOM_URL)')
    .option('--token <text>', 'bearer token; ATOM_TOKEN is safer, arguments can be seen by others')
    .option(takesShortO ? '-o, --output <format>' : '--output <format>', 'table, json or yaml')
    .option('--timeout <duration>', 'how long one answer of a server may take (default 30s)')
    .option('--no-color', 'no colours (NO_COLOR)');
}
