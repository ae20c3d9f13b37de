import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { escapeLine } from '../output/escape.js';
import { renderProblems } from '../package.problems.js';
import { needsRoot, openTrustFile, readRoot, TrustFileError, tryOutTrust } from '../trust/trust.opened.js';

export interface TrustTestOptions {
  readonly file: string;
  readonly trustedRoot?: string;
}

/** Judges a trust file without a server. The findings are the result, so they go to stdout; any of them is exit 1. */
export async function testTrust(context: CommandContext, options: TrustTestOptions): Promise<ExitCode> {
  const { output } = context;
  const root = await readRoot(options.trustedRoot);
  try {
    const opened = await openTrustFile(options.file);
    const { document } = opened.file;
    if (!root && needsRoot(document)) {
      output.warn(
        'without --trusted-root nothing keyless and nothing of a log is believed, as on a server without TRUSTED_ROOT_PATH',
      );
    }
    await tryOutTrust(opened, root);
    const { keys, identities } = document;
    const policies = document.policies.map(({ name }) => name);
    const value = { valid: true, file: options.file, policies, keys: keys.length, identities: identities.length };
    await output.result(value, () => {
      const counts = `${keys.length} keys, ${identities.length} identities`;
      return escapeLine(
        `${options.file}: ok ${counts}, policies that do what their checks say: ${policies.join(', ') || 'none'}`,
      );
    });
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof TrustFileError)) throw error;
    await reportTrustFile(context, error);
    return exitCodes.failed;
  }
}

export async function reportTrustFile({ output }: CommandContext, error: TrustFileError): Promise<void> {
  const { path, text, problems } = error;
  await output.result({ valid: false, file: path, problems }, () =>
    renderProblems(problems, { label: path, text }, output.paint),
  );
}
