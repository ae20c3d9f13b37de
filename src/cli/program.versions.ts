import type { Command } from 'commander';

import type { GetOptions } from './commands/get.command.js';
import type { OverrideOptions, ReasonOptions } from './commands/lifecycle.command.js';
import type { Execute } from './execute.js';
import { takingSignatures } from './program.packages.js';
import type { SignaturesOptions } from './signature.files.js';

/** See program.packages.ts for why everything is imported late. */
export function declareVersionCommands(program: Command, execute: Execute): void {
  declareReading(program, execute);
  declareStanding(program, execute);
  declareEnding(program, execute);
}

const version = 'NAME@VERSION';

function declareReading(program: Command, execute: Execute): void {
  program
    .command('get')
    .summary('show one version, or fetch its package')
    .description(
      'Show what is known of a version: digest, state, signers, decision. With --package also fetch the very bytes that ' +
        'were signed, checked against the digest.',
    )
    .argument('<workflow>', `NAME or ${version} (default the latest version)`)
    .option('--package <file>', 'write the package to this file')
    .option('--signatures', 'write its signatures beside that file, as FILE.sigstore.json or FILE.sig and on')
    .option('--readme', 'show the README.md of the package instead')
    .option('--force', 'overwrite existing files')
    .action((reference: string, options: GetOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/get.command.js')).get(context, reference, options)),
    );
  program
    .command('diff')
    .summary('show what differs between two packages')
    .description(
      'Show what differs between two versions of a workflow or, without a server, between two package files: section by ' +
        'section and step by step. Exit 0 whether something differs or not.',
    )
    .argument('<from>', `${version} or package file`)
    .argument('<to>', `${version} or package file`)
    .action((from: string, to: string, _options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/diff.command.js')).diff(context, from, to)),
    );
  takingSignatures(program.command('explain'))
    .summary('say why a package is believed or not')
    .description(
      'Ask Atom about a package file, or about a registered version: what became of each signature and each trust policy. ' +
        'Nothing is stored. Exit 1 when it would be refused.',
    )
    .argument('<what>', `package file, NAME or ${version}`)
    .action((what: string, options: SignaturesOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/explain.command.js')).explain(context, what, options),
      ),
    );
}

function declareStanding(program: Command, execute: Execute): void {
  program
    .command('yank')
    .summary('start no new run of a version')
    .description('Start no new run of a version; runs that were accepted go on. `unyank` takes it back.')
    .argument('<version>', version)
    .requiredOption('--reason <text>', 'why; it is shown and kept')
    .action((reference: string, options: ReasonOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/lifecycle.command.js')).yank(context, reference, options),
      ),
    );
  program
    .command('unyank')
    .summary('take a yank back')
    .argument('<version>', version)
    .action((reference: string, _options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/lifecycle.command.js')).unyank(context, reference)),
    );
  program
    .command('override')
    .summary('let a version run for some hours, on record')
    .description(
      'Let a version run for some hours although it was yanked or policy says otherwise. Never without a good signature, ' +
        'never when it was revoked.',
    )
    .argument('<version>', version)
    .option('--reason <text>', 'why; it is shown and kept')
    .option('--hours <n>', 'how long, at most 720')
    .option('--end', 'end the override that is in force')
    .action((reference: string, options: OverrideOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/lifecycle.command.js')).override(context, reference, options),
      ),
    );
}

function declareEnding(program: Command, execute: Execute): void {
  program
    .command('revoke')
    .summary('run nothing of a version any more, for ever')
    .description('Run nothing of a version any more, for ever. What runs now stops before its next step.')
    .argument('<version>', version)
    .requiredOption('--reason <text>', 'why; it is shown and kept')
    .action((reference: string, options: ReasonOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/lifecycle.command.js')).revoke(context, reference, options),
      ),
    );
  program
    .command('delete')
    .summary('delete a version that never ran')
    .description('Delete the bytes of a version that never ran. Its name and version keep meaning the same bytes.')
    .argument('<version>', version)
    .action((reference: string, _options: object, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/lifecycle.command.js')).deleteVersion(context, reference),
      ),
    );
  program
    .command('resign')
    .summary('have the server sign a version with its own key')
    .description('Have the server sign the stored bytes with its own key, beside the signatures that are there.')
    .argument('<version>', version)
    .action((reference: string, _options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/resign.command.js')).resign(context, reference)),
    );
}
