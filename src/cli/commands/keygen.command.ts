import { access, chmod } from 'node:fs/promises';

import { generateKeyPair } from '../../wpk/index.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { writeBytes } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { newPassword } from '../password.prompt.js';

export interface KeygenOptions {
  readonly outPrefix: string;
  readonly force?: boolean;
}

const ownerOnly = 0o600;

/** Writes PREFIX.key and PREFIX.pub. Neither is written when one exists, unless --force. */
export async function keygen(context: CommandContext, options: KeygenOptions): Promise<ExitCode> {
  const overwrite = options.force === true;
  const privateKey = `${options.outPrefix}.key`;
  const publicKey = `${options.outPrefix}.pub`;
  if (!overwrite) for (const path of [privateKey, publicKey]) await refuseExisting(path);
  const pair = generateKeyPair(await newPassword(context.env));
  await writeBytes(privateKey, pair.privateKeyFile, { overwrite, mode: ownerOnly });
  // The mode above counts for new files only.
  await chmod(privateKey, ownerOnly);
  await writeBytes(publicKey, pair.publicKeyPem, { overwrite });
  await context.output.result({ privateKey, publicKey }, () => `${escapeLine(privateKey)}\n${escapeLine(publicKey)}`);
  context.output.progress(
    'Keep the .key and its password apart and secret; Atom is given the .pub (COSIGN_PUBLIC_KEY or COSIGN_PUBLIC_KEY_PATH).',
  );
  return exitCodes.ok;
}

/** Before the password is asked for, so that nobody types one in vain. */
async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  const hints = ['Use --out-prefix for another pair, or --force to overwrite it for ever.'];
  throw new CliError('CLI.FILE', `${path} exists already; nothing was written`, { hints });
}
