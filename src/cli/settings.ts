import { CliError } from './cli.errors.js';
import { parseDuration } from './duration.js';
import { wantsColour } from './output/paint.js';

const formats = ['table', 'json', 'yaml'] as const;

export type Format = (typeof formats)[number];

export type Environment = Readonly<Record<string, string | undefined>>;

/** The options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly output?: string;
  readonly color?: boolean;
  readonly timeout?: string;
}

export interface Settings {
  /** Base address of the API, without a slash at the end. */
  readonly url: string;
  readonly urlFrom: 'option' | 'environment' | 'default';
  readonly token: string | undefined;
  readonly tokenFrom: 'option' | 'environment' | undefined;
  readonly format: Format;
  /** Whether stdout and stderr take colour. */
  readonly colour: { readonly stdout: boolean; readonly stderr: boolean };
  /** How long one answer of the API may take, milliseconds. */
  readonly timeoutMs: number;
}

export interface Terminals {
  readonly stdout: boolean;
  readonly stderr: boolean;
}

const defaultUrl = 'http://127.0.0.1:8000';

/** Options win over the environment, the environment over defaults. An empty variable counts as absent. */
export function resolveSettings(options: GlobalOptions, env: Environment, terminals: Terminals): Settings {
  const asked = options.color !== false;
  const noColor = env['NO_COLOR'];
  return {
    url: baseUrl(options.url ?? (env['ATOM_URL'] || defaultUrl)),
    urlFrom: options.url === undefined ? (env['ATOM_URL'] ? 'environment' : 'default') : 'option',
    token: tokenText(options.token ?? env['ATOM_TOKEN']),
    tokenFrom: options.token === undefined ? (env['ATOM_TOKEN'] ? 'environment' : undefined) : 'option',
    format: formatOf(options.output ?? 'table'),
    colour: {
      stdout: wantsColour({ asked, noColor, isTerminal: terminals.stdout }),
      stderr: wantsColour({ asked, noColor, isTerminal: terminals.stderr }),
    },
    timeoutMs: parseDuration(options.timeout ?? '30s'),
  };
}

/** What a careful person would want to know before this token is sent. */
export function tokenWarnings({ url, token, tokenFrom }: Settings): string[] {
  if (token === undefined) return [];
  const { protocol, hostname } = new URL(url);
  const warnings: string[] = [];
  if (tokenFrom === 'option') {
    warnings.push('--token is visible to everybody on this machine in the list of processes; ATOM_TOKEN is not');
  }
  if (protocol === 'http:' && !isLoopback(hostname)) {
    warnings.push(`the token goes to ${hostname} unencrypted; use an https address`);
  }
  return warnings;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\]$)/.test(hostname);
}

function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    const hints = ['Write it as http://127.0.0.1:8000 or https://atom.example.com.'];
    throw new CliError('CLI.USAGE', `'${text}' is not an http or https address`, { hints });
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new CliError('CLI.USAGE', 'the address may hold a host, a port and a path, and nothing else');
  }
  return url.href.replace(/\/+$/, '');
}

/** A header takes printable ASCII only; the text itself is never repeated in a message. */
function tokenText(text: string | undefined): string | undefined {
  const token = text?.trim();
  if (!token) return undefined;
  if (!/^[\u0021-\u007e]+$/.test(token)) {
    throw new CliError('CLI.USAGE', 'the token holds characters that no token has; was it copied whole?');
  }
  return token;
}

function formatOf(text: string): Format {
  const format = formats.find((known) => known === text);
  if (!format) throw new CliError('CLI.USAGE', `'${text}' is not an output format; there are ${formats.join(', ')}`);
  return format;
}
