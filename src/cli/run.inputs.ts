import { CliError } from './cli.errors.js';
import { readBytes } from './local.files.js';

export type Inputs = Readonly<Record<string, unknown>>;

/** Inputs of a run from `--input-file` and from `-i key=value`; the latter win. */
export async function readInputs(file: string | undefined, pairs: readonly string[]): Promise<Inputs> {
  const fromFile = file === undefined ? {} : await parseInputFile(await readBytes(file), file);
  return { ...fromFile, ...Object.fromEntries(pairs.map(parseInput)) };
}

/**
 * `key=value`: the value is read as JSON when it is JSON (`3`, `true`, `["a"]`, `"3"` for the text 3), else it is text.
 * Only the first `=` divides.
 */
export function parseInput(pair: string): readonly [string, unknown] {
  const at = pair.indexOf('=');
  if (at < 1) {
    const hints = ['Write it as -i namespace=shop; text that looks like JSON as -i \'version="3"\'.'];
    throw new CliError('CLI.USAGE', `'${pair}' is not key=value`, { hints });
  }
  const text = pair.slice(at + 1);
  return [pair.slice(0, at), jsonOr(text)];
}

function jsonOr(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // A number that loses digits (an account id, say) is kept as the text that was typed.
    return typeof value === 'number' && !isExact(value) ? text : value;
  } catch {
    return text;
  }
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** Read as strictly as a package is; JSON is YAML too. The library is loaded only here, since few runs need it. */
async function parseInputFile(bytes: Uint8Array, file: string): Promise<Inputs> {
  const { readYaml, WpkError } = await import('../wpk/index.js');
  let value: unknown;
  try {
    ({ value } = readYaml(bytes));
  } catch (cause) {
    if (cause instanceof WpkError) throw new CliError('CLI.FILE', `${file}: ${cause.message}`, { cause });
    throw cause;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Inputs;
  throw new CliError('CLI.FILE', `${file} does not hold an object of inputs`);
}
