import type { Command } from 'commander';

import type { KeygenOptions } from './commands/keygen.command.js';
import type { ListOptions } from './commands/list.command.js';
import type { PackOptions } from './commands/pack.command.js';
import type { PushOptions } from './commands/push.command.js';
import type { SignOptions } from './commands/sign.command.js';
import type { VerifyOptions } from './commands/verify.command.js';
import type { Execute } from './execute.js';
import { collect } from './program.options.js';

/*
 * Only the names are declared here; what a command does is imported when it runs, so that --help and completion stay quick.
 */
export function declarePackageCommands(program: Command, execute: Execute): void {
  declareMaking(program, execute);
  declareSigning(program, execute);
  declareRegistry(program, execute);
}

function declareMaking(program: Command, execute: Execute): void {
  program
    .command('validate')
    .summary('check a package before it is signed')
    .description('Check a package file or a folder that holds wpk.yaml: syntax, schema, expressions, actions.')
    .argument('<path>', 'package file (YAML or .tgz) or folder')
    .action((path: string, _options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/validate.command.js')).validate(context, path)),
    );
  program
    .command('pack')
    .summary('make a package file from a folder')
    .description(
      'Make one .wpk.tgz from a folder that holds wpk.yaml. The same folder gives the same bytes everywhere.',
    )
    .argument('<folder>')
    .option('-o, --out <file>', 'file to write (default NAME-VERSION.wpk.tgz)')
    .action((folder: string, options: PackOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/pack.command.js')).pack(context, folder, options)),
    );
}

function declareSigning(program: Command, execute: Execute): void {
  program
    .command('keygen')
    .summary('make a key pair that signs packages')
    .description('Make a key pair in the format of cosign: PREFIX.key (encrypted, for its owner only) and PREFIX.pub.')
    .option('--out-prefix <prefix>', 'where to write', 'cosign')
    .option('--force', 'overwrite existing files; what the old key signed is trusted only as long as its .pub is')
    .action((options: KeygenOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/keygen.command.js')).keygen(context, options)),
    );
  program
    .command('sign')
    .summary('sign a package file')
    .description('Sign the bytes of a package file with a cosign private key.')
    .argument('<file>')
    .requiredOption('--key <file>', 'private key file (cosign.key)')
    .option('--bundle <file>', 'where the bundle goes (default FILE.sigstore.json)')
    .option('--signature <file>', 'write a bare signature here instead')
    .action((file: string, options: SignOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/sign.command.js')).sign(context, file, options)),
    );
  withSignatureOptions(program.command('verify'))
    .summary('check the signature of a package file')
    .description(
      'Check, without a server, that a package file was signed by one of the keys of --key, or (keyless) by the identity ' +
        'of --certificate-identity and --certificate-oidc-issuer under --trusted-root.',
    )
    .argument('<file>')
    .option('--key <file>', 'public key file (cosign.pub); may hold several')
    .option('--certificate-identity <glob>', 'whole subject of the certificate; * is anything but /, ** is anything')
    .option('--certificate-oidc-issuer <url>', 'OIDC issuer that the certificate names, exactly')
    .option('--trusted-root <file>', 'trusted_root.json; with --key, log entries are looked up in its logs')
    .option('--explain', 'show every check that was made')
    .action((file: string, options: VerifyOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/verify.command.js')).verify(context, file, options),
      ),
    );
}

function declareRegistry(program: Command, execute: Execute): void {
  takingSignatures(program.command('push'))
    .summary('register a signed package')
    .description(
      'Register a signed package. Pushing the same bytes again changes nothing, except that new signatures are added.',
    )
    .argument('<file>', 'package file, or oci://REGISTRY/REPOSITORY:TAG')
    .option('--override-reason <text>', 'as an admin: register it although policy denies it; shown and kept')
    .option('--override-hours <n>', 'how long it may run so, at most 720')
    .option('--plain-http', 'to a registry without TLS')
    .option('--no-plain-http', 'to a registry of this machine with TLS')
    .action((file: string, options: PushOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/push.command.js')).push(context, file, options)),
    );
  program
    .command('list')
    .summary('list workflows, or the versions of one')
    .description('List the registered workflows, or the versions of one.')
    .argument('[name]', 'show the versions of this workflow')
    .option('--search <words>', 'workflows whose name or description has words that begin so, all of them')
    .option('--tag <tag>', 'workflows with this tag')
    .option('--runtime <family>', 'workflows whose steps use this family of actions, such as kubernetes')
    .option('--safety-mode <mode>', 'workflows that run so: manual or auto')
    .option('--signer <key>', 'workflows signed by this trusted key (name or id) or identity:["ISSUER","SUBJECT"]')
    .option('--state <state>', 'active, yanked or revoked')
    .option('--limit <n>', 'at most so many (default all)')
    .action((name: string | undefined, options: ListOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/list.command.js')).list(context, name, options)),
    );
}

/** Of `push` and `explain`, which send every signature that there is. */
export function takingSignatures(command: Command): Command {
  return command
    .option('--bundle <file>', 'sigstore bundle; may be repeated (default FILE.sigstore.json)', collect)
    .option(
      '--signature <file>',
      'bare signature; may be repeated (default FILE.sig when there is no bundle)',
      collect,
    );
}

function withSignatureOptions(command: Command): Command {
  return command
    .option('--bundle <file>', 'sigstore bundle (default FILE.sigstore.json)')
    .option('--signature <file>', 'bare signature (default FILE.sig when there is no bundle)');
}
