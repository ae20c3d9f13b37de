import { CliError } from '../cli.errors.js';
import { type Digest, isDigest } from './descriptor.js';

const scheme = 'oci://';

/** Where a package is in a registry. Without tag and digest it names a repository. */
export interface OciReference {
  /** Host and port as they were written: the name under which credentials are kept. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  /** Wins over the tag, which then is only a note for people. */
  readonly digest: Digest | undefined;
}

const host = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
// distribution-spec 1.1, "Pulling manifests"
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repository = new RegExp(`^${component}(?:/${component})*$`);
const tag = /^\w[\w.-]{0,127}$/;

/** Only with its scheme: anything else may be a file of that name. */
export function isOciReference(text: string): boolean {
  return text.startsWith(scheme);
}

/** Reads `[oci://]HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`. */
export function parseReference(text: string): OciReference {
  const whole = text.startsWith(scheme) ? text.slice(scheme.length) : text;
  const slash = whole.indexOf('/');
  const registry = whole.slice(0, Math.max(slash, 0));
  if (!isRegistry(registry)) throw wrong(text, 'it does not begin with the host of a registry');
  const [path = '', digest, ...more] = whole.slice(slash + 1).split('@');
  if (more.length > 0) throw wrong(text, 'it holds more than one @');
  if (digest !== undefined && !isDigest(digest)) {
    throw wrong(text, 'what follows the @ is not sha256: and 64 hex digits');
  }
  const colon = path.indexOf(':');
  const name = colon < 0 ? path : path.slice(0, colon);
  if (name.length > 255 || !repository.test(name)) {
    throw wrong(text, 'the repository may hold lower case letters and digits, with . _ - and / between them');
  }
  const tagText = colon < 0 ? undefined : path.slice(colon + 1);
  if (tagText !== undefined && !isTag(tagText)) throw wrong(text, 'the tag is none that a registry takes');
  return { registry, repository: name, tag: tagText, digest };
}

export function isTag(text: string): boolean {
  return tag.test(text);
}

/** The tag of a version: a tag has no `+`, so the build metadata of SemVer follows a `_`, as with Helm. */
export function tagOf(version: string): string {
  const text = version.replaceAll('+', '_');
  if (isTag(text)) return text;
  const hints = ['Name a tag in the reference: REGISTRY/REPOSITORY:TAG.'];
  throw new CliError('CLI.USAGE', `the version ${version} is too long for a tag`, { hints });
}

export function referenceText({ registry, repository, tag, digest }: OciReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** Docker Hub answers under another name than the one that people write. */
export function apiHost(registry: string): string {
  return isDockerHub(registry) ? 'registry-1.docker.io' : registry;
}

export function isDockerHub(registry: string): boolean {
  return ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(registry);
}

/** `team/runbook` alone could be a registry called "team": a dot, a port or localhost tells them apart, as Docker does. */
function isRegistry(text: string): boolean {
  return host.test(text) && (/[.:]/.test(text) || text === 'localhost') && URL.canParse(`https://${text}`);
}

function wrong(text: string, reason: string): CliError {
  const hints = ['Write it as oci://registry.example.com/team/runbooks/restart-unhealthy:1.0.0.'];
  return new CliError('CLI.USAGE', `'${text}' is not the place of a package in a registry: ${reason}`, { hints });
}
