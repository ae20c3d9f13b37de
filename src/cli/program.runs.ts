import type { Command } from 'commander';

import type { CompletableCommand } from './commands/completion.command.js';
import type { LogsOptions } from './commands/logs.command.js';
import type { RunOptions } from './commands/run.command.js';
import type { StatusOptions } from './commands/status.command.js';
import type { Execute } from './execute.js';
import { collect } from './program.options.js';
import type { StartOptions } from './run.starter.js';

/** See program.packages.ts for why everything is imported late. */
export function declareRunCommands(program: Command, execute: Execute): void {
  declareRun(program, execute);
  declareReading(program, execute);
  declareHelpers(program, execute);
}

function declareRun(program: Command, execute: Execute): void {
  takingInputs(program.command('run'))
    .summary('start a run')
    .description('Start a run of a registered workflow.')
    .option('-w, --wait', 'follow the run to its end; exit 0 only when it succeeded')
    .option('--dry-run', 'the same as `atomctl dry-run`')
    .action((workflow: string, options: RunOptions & { dryRun?: boolean }, command: Command) =>
      execute(command, async (context) =>
        options.dryRun
          ? (await import('./commands/dry-run.command.js')).dryRun(context, workflow, options)
          : (await import('./commands/run.command.js')).run(context, workflow, options),
      ),
    );
  takingInputs(program.command('dry-run'))
    .summary('show what a run would change, and change nothing')
    .description(
      'Plan every step against the live cluster and show what a run would change. Nothing is changed.\n' +
        'Exit 0 when everything was planned and permitted, 1 when the dry-run failed or a permission is missing.',
    )
    .action((workflow: string, options: StartOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/dry-run.command.js')).dryRun(context, workflow, options),
      ),
    );
  program
    .command('cancel')
    .summary('ask a run to stop')
    .argument('<run>', 'id of the run')
    .action((id: string, _options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/cancel.command.js')).cancel(context, id)),
    );
}

function takingInputs(command: Command): Command {
  return command
    .argument('<workflow>', 'NAME or NAME@VERSION (default the latest version)')
    .option('-i, --input <key=value>', 'one input; read as JSON when it is JSON, else as text', collect)
    .option('--input-file <file>', 'inputs as a JSON or YAML object; -i wins over it')
    .option('--idempotency-key <text>', 'the same key never starts a second run');
}

function declareReading(program: Command, execute: Execute): void {
  program
    .command('status')
    .summary('show a run and its steps, or the latest runs')
    .argument('[run]', 'id of the run; without it, the latest runs')
    .option('--workflow <name>', 'only runs of this workflow')
    .option('--state <state>', 'only runs in this state')
    .option('--limit <n>', 'at most so many runs', '20')
    .action((id: string | undefined, options: StatusOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/status.command.js')).status(context, id, options)),
    );
  program
    .command('logs')
    .summary('show what the steps of a run wrote')
    .description('Show what the steps of a run wrote. With -o json, one JSON document a line when following.')
    .argument('<run>', 'id of the run')
    .option('-f, --follow', 'stay until the run ends')
    .action((id: string, options: LogsOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/logs.command.js')).logs(context, id, options)),
    );
}

function declareHelpers(program: Command, execute: Execute): void {
  program
    .command('config')
    .summary('show what atomctl uses, and who the token is')
    .description('Show the address and token that atomctl uses, where they come from, and what the token may do.')
    .argument('[view]', 'the only thing there is', 'view')
    .action((what: string, _options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/config.command.js')).config(context, what)),
    );
  program
    .command('completion')
    .summary('print a completion script')
    .description('Print a completion script: `source <(atomctl completion bash)`.')
    .argument('<shell>', 'bash or zsh')
    .action((shell: string, _options: object, command: Command) =>
      execute(command, async (context) => {
        const { completion } = await import('./commands/completion.command.js');
        return completion(context, shell, program.commands.map(toCompletable));
      }),
    );
}

function toCompletable(command: Command): CompletableCommand {
  const flags = command.options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
  return { name: command.name(), flags, members: command.commands.map(toCompletable) };
}
