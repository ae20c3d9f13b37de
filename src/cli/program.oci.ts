import type { Command } from 'commander';

import type { OciPullOptions } from './commands/oci-pull.command.js';
import type { OciPushOptions } from './commands/oci-push.command.js';
import type { Execute } from './execute.js';

/** As in the other `program.*.ts`, only the names: what a command does is imported when it runs. */
export function declareOciCommands(program: Command, execute: Execute): void {
  const oci = program
    .command('oci')
    .summary('keep packages in an OCI registry')
    .description('Keep signed packages where the images are. `atomctl push oci://…` registers one from there.');
  declareOciPush(oci, execute);
  declareOciPull(oci, execute);
}

function declareOciPush(oci: Command, execute: Execute): void {
  oci
    .command('push')
    .summary('store a package and its signatures in a registry')
    .description('Store a package as an artifact, and each bundle as a referrer of it. Pushing again changes nothing.')
    .argument('<file>', 'package file')
    .argument('<reference>', 'REGISTRY/REPOSITORY[:TAG] (default tag: the version, + written as _)')
    .option('--bundle <file>', 'sigstore bundle, as often as needed (default FILE.sigstore.json)', collect)
    .option('--force', 'take the tag from another package')
    .option('--plain-http', 'without TLS; the default for a host of this machine')
    .option('--no-plain-http', 'with TLS, even there')
    .action((file: string, reference: string, options: OciPushOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/oci-push.command.js')).ociPush(context, file, reference, options),
      ),
    );
}

function declareOciPull(oci: Command, execute: Execute): void {
  oci
    .command('pull')
    .summary('fetch a package and its signatures from a registry')
    .description('Fetch a package and its bundles. Nothing is written before every digest, and every key, was checked.')
    .argument('<reference>', 'REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@DIGEST')
    .option('--out <folder>', 'where to write', '.')
    .option('--key <file>', 'refuse what none of these public keys (cosign.pub) signed')
    .option('--plain-http', 'without TLS; the default for a host of this machine')
    .option('--no-plain-http', 'with TLS, even there')
    .action((reference: string, options: OciPullOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/oci-pull.command.js')).ociPull(context, reference, options),
      ),
    );
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
