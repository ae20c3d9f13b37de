import { CliError } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { escapeLine } from '../output/escape.js';
import { connect } from './connect.js';
import { type PulledPackage, pullPackage } from './package.puller.js';
import { parseReference, referenceText } from './reference.js';

/** Reads what the text refers to into memory, every byte of it checked against the digest of its manifest. */
export async function pull(
  context: CommandContext,
  text: string,
  plainHttp: boolean | undefined,
): Promise<PulledPackage> {
  const reference = parseReference(text);
  const wanted = reference.digest ?? reference.tag;
  if (wanted === undefined) {
    const hints = [`Write it as ${referenceText(reference)}:VERSION or ${referenceText(reference)}@sha256:….`];
    throw new CliError('CLI.USAGE', `${text} names neither a tag nor a digest`, { hints });
  }
  const client = connect(context, reference, plainHttp);
  context.output.progress(`Pulling ${escapeLine(referenceText(reference))}`);
  return pullPackage(client, wanted);
}
