import type { Command } from 'commander';

import type { AuditOptions } from './commands/audit.command.js';
import type { AddIdentityOptions, AddKeyOptions } from './commands/trust-entries.command.js';
import type { ApplyOptions } from './commands/trust-policies.command.js';
import type { TrustTestOptions } from './commands/trust-test.command.js';
import type { Execute } from './execute.js';

/** See program.packages.ts for why everything is imported late. */
export function declareTrustCommands(program: Command, execute: Execute): void {
  const trust = program.command('trust').summary('show and change whose signatures count');
  trust
    .command('show')
    .summary('show policies, keys and identities')
    .description('Show who may sign which workflows.')
    .action((_options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/trust-show.command.js')).showTrust(context)),
    );
  trust
    .command('test')
    .summary('try a trust file out, without a server')
    .description(
      'Read a trust file and judge the packages of its checks, without a server: for the pipeline that deploys the file ' +
        'of TRUST_FILE. Exit 1 when a policy does not do what its checks say.',
    )
    .requiredOption('-f, --file <file>', 'trust file (YAML or JSON, kind: Trust)')
    .option('--trusted-root <file>', 'trusted_root.json, for keyless signatures and transparency logs')
    .action((options: TrustTestOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/trust-test.command.js')).testTrust(context, options),
      ),
    );
  declareKeys(trust, execute);
  declareIdentities(trust, execute);
  declarePolicies(trust, execute);
  declareAudit(program, execute);
}

function declareKeys(trust: Command, execute: Execute): void {
  const keys = trust.command('keys').summary('keys that may sign');
  keys
    .command('list')
    .summary('list the keys, retired and revoked ones too')
    .action((_options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/trust-show.command.js')).listKeys(context)),
    );
  withValidity(
    keys
      .command('add')
      .summary('add a key')
      .description('Add a public key under a name that means this key for ever.')
      .argument('<name>', 'what policies call it')
      .requiredOption('--key <file>', 'public key file (cosign.pub)'),
  ).action((name: string, options: AddKeyOptions, command: Command) =>
    execute(command, async (context) =>
      (await import('./commands/trust-entries.command.js')).addKey(context, name, options),
    ),
  );
  declareEndOfEntries(keys, 'keys', execute);
}

function declareIdentities(trust: Command, execute: Execute): void {
  const identities = trust.command('identities').summary('identities that may sign keyless');
  identities
    .command('list')
    .summary('list the identities, retired and revoked ones too')
    .action((_options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/trust-show.command.js')).listIdentities(context)),
    );
  withValidity(
    identities
      .command('add')
      .summary('add an identity')
      .description('Add an identity that signs keyless, such as the workflow of a pipeline.')
      .argument('<name>', 'what policies call it')
      .requiredOption('--issuer <url>', 'OIDC issuer that the certificate names, exactly')
      .requiredOption('--subject <glob>', 'whole subject of the certificate; * is anything but /, ** is anything'),
  ).action((name: string, options: AddIdentityOptions, command: Command) =>
    execute(command, async (context) =>
      (await import('./commands/trust-entries.command.js')).addIdentity(context, name, options),
    ),
  );
  declareEndOfEntries(identities, 'identities', execute);
}

function withValidity(command: Command): Command {
  return command
    .option('--not-before <time>', 'what Atom stored earlier does not count')
    .option('--not-after <time>', 'what Atom stores later does not count');
}

function declareEndOfEntries(group: Command, kind: 'keys' | 'identities', execute: Execute): void {
  group
    .command('retire')
    .summary('take nothing new of it; what was stored before still counts')
    .argument('<name>')
    .option('--reason <text>', 'why; it is shown and kept')
    .action((name: string, options: { reason?: string }, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/trust-entries.command.js')).retireEntry(context, kind, name, options),
      ),
    );
  group
    .command('revoke')
    .summary('take nothing of it any more, for ever')
    .description('Take nothing of it any more, for ever. Runs of what only it signed stop before their next step.')
    .argument('<name>')
    .requiredOption('--reason <text>', 'why; it is shown and kept')
    .action((name: string, options: { reason: string }, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/trust-entries.command.js')).revokeEntry(context, kind, name, options),
      ),
    );
}

function declarePolicies(trust: Command, execute: Execute): void {
  const policies = trust.command('policies').summary('which workflows need whose signatures');
  policies
    .command('list')
    .summary('list the policies')
    .action((_options: object, command: Command) =>
      execute(command, async (context) => (await import('./commands/trust-show.command.js')).listPolicies(context)),
    );
  policies
    .command('apply')
    .summary('make the server trust as a trust file says')
    .description(
      'Add the keys and identities that the server lacks, retire and revoke those that the file says are, and put each ' +
        'policy in force, if it does what its checks say. Policies that the file does not have stay.',
    )
    .requiredOption('-f, --file <file>', 'trust file (YAML or JSON, kind: Trust)')
    .option('--dry-run', 'the same as `atomctl trust test`: nothing is sent')
    .option('--trusted-root <file>', 'trusted_root.json, to try keyless checks out before anything is sent')
    .action((options: ApplyOptions, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/trust-policies.command.js')).applyPolicies(context, options),
      ),
    );
  policies
    .command('remove')
    .summary('remove a policy')
    .argument('<name>')
    .action((name: string, _options: object, command: Command) =>
      execute(command, async (context) =>
        (await import('./commands/trust-policies.command.js')).removePolicy(context, name),
      ),
    );
}

function declareAudit(program: Command, execute: Execute): void {
  program
    .command('audit')
    .summary('show who changed what')
    .description('Show who changed trust and versions, the newest first.')
    .option('--actor <name>', 'only changes by this token')
    .option('--action <action>', 'only such changes, for example trust-key.revoke')
    .option('--subject <path>', 'only changes of this, for example trust/keys/team-a')
    .option('--limit <n>', 'at most so many', '50')
    .action((options: AuditOptions, command: Command) =>
      execute(command, async (context) => (await import('./commands/audit.command.js')).audit(context, options)),
    );
}
