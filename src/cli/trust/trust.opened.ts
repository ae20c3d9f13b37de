import path from 'node:path';

import {
  type CheckFiles,
  checkPolicy,
  compileTrust,
  loadTrustRoot,
  type PolicyChecks,
  readTrustFile,
  type SignedPackage,
  TrustError,
  type TrustFile,
  type TrustRoot,
  type TrustSet,
  WpkError,
  type WpkProblem,
} from '../../wpk/index.js';
import { CliError } from '../cli.errors.js';
import { readBytes, readText } from '../local.files.js';

/** A trust file with the packages of its checks. */
export interface OpenedTrustFile {
  readonly path: string;
  readonly text: string;
  readonly file: TrustFile;
  /** By the name of the policy; every policy has them. */
  readonly checks: ReadonlyMap<string, PolicyChecks>;
}

/** A trust file that cannot be used: where, and why. */
export class TrustFileError extends Error {
  override readonly name = 'TrustFileError';

  constructor(
    readonly path: string,
    readonly text: string,
    readonly problems: readonly WpkProblem[],
    options?: ErrorOptions,
  ) {
    super(problems[0]?.detail ?? `${path} cannot be used`, options);
  }
}

/** Reads a trust file and what its checks name. Throws TrustFileError. */
export async function openTrustFile(filePath: string): Promise<OpenedTrustFile> {
  const bytes = await readBytes(filePath);
  const text = bytes.toString('utf8');
  const file = placing(filePath, text, () => readTrustFile(bytes));
  const problems: WpkProblem[] = [];
  const checks = new Map<string, PolicyChecks>();
  for (const [index, { name }] of file.document.policies.entries()) {
    const written = file.checks.get(name);
    if (!written) continue;
    const at = `/policies/${index}/checks`;
    const [good, bad] = [
      await readCheck(filePath, written.good, `${at}/good`),
      await readCheck(filePath, written.bad, `${at}/bad`),
    ];
    problems.push(...good.problems, ...bad.problems);
    checks.set(name, { good: good.content, bad: bad.content });
  }
  if (problems.length > 0) throw new TrustFileError(filePath, text, file.place(problems));
  return { path: filePath, text, file, checks };
}

/**
 * Compiles the file and judges its checks as a server would that has nothing but this file and this root. Throws
 * TrustFileError.
 */
export async function tryOutTrust(opened: OpenedTrustFile, root: TrustRoot | undefined): Promise<void> {
  const { path: filePath, text, file } = opened;
  const set = compileFile(opened, root);
  const found = await Promise.all(
    file.document.policies.map(({ name }, index) => problemsOf(name, index, opened.checks.get(name), set)),
  );
  if (found.flat().length > 0) throw new TrustFileError(filePath, text, file.place(found.flat()));
}

/** As tryOutTrust, without the checks: without a root the server alone can judge them. */
export function compileFile({ path: filePath, text, file }: OpenedTrustFile, root: TrustRoot | undefined): TrustSet {
  return placing(filePath, text, () => {
    try {
      return compileTrust(file.document, root ? { root } : {});
    } catch (cause) {
      throw cause instanceof TrustError ? new TrustError(file.place(cause.problems), { cause }) : cause;
    }
  });
}

/** Whether what the file says is about certificates or logs, which only a trusted root can tell from made-up ones. */
export function needsRoot({ identities, policies }: TrustFile['document']): boolean {
  return identities.length > 0 || policies.some(({ requireTlog }) => requireTlog);
}

export async function readRoot(rootPath: string | undefined): Promise<TrustRoot | undefined> {
  return rootPath === undefined ? undefined : loadTrustRoot(await readText(rootPath));
}

async function problemsOf(
  name: string,
  index: number,
  checks: PolicyChecks | undefined,
  set: TrustSet,
): Promise<WpkProblem[]> {
  const problems = checks ? await checkPolicy(name, checks, set) : [];
  return problems.map(({ pointer, detail, ...rest }) => ({
    ...rest,
    pointer: `/policies/${index}${pointer}`,
    detail: `Policy '${name}': ${detail}`,
  }));
}

interface ReadCheck {
  readonly content: SignedPackage;
  readonly problems: readonly WpkProblem[];
}

async function readCheck(filePath: string, files: CheckFiles, pointer: string): Promise<ReadCheck> {
  const problems: WpkProblem[] = [];
  const read = async (name: string, place: string): Promise<Buffer> => {
    try {
      return await readBytes(path.resolve(path.dirname(filePath), name));
    } catch (cause) {
      if (!(cause instanceof CliError)) throw cause;
      problems.push({
        pointer: pointer + place,
        detail: cause.message,
        hint: 'Paths start at the folder of this file.',
      });
      return Buffer.alloc(0);
    }
  };
  const bytes = await read(files.package, '/package');
  const texts = (kind: 'bundle' | 'signature', names: readonly string[] = []) =>
    names.map(async (name, at) => ({ kind, text: (await read(name, `/${kind}s/${at}`)).toString('utf8') }));
  const signatures = await Promise.all([...texts('bundle', files.bundles), ...texts('signature', files.signatures)]);
  return { content: { bytes, signatures }, problems };
}

function placing<T>(filePath: string, text: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof TrustError) && !(cause instanceof WpkError)) throw cause;
    throw new TrustFileError(filePath, text, cause.problems, { cause });
  }
}
