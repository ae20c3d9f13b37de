import { ARCHIVE_LIMITS } from './archive.limits.js';
import { refused, tooLarge } from './archive.refusal.js';

// Printable ASCII without backslash, colon and the characters that shells and Windows give a meaning. A name outside ASCII or
// longer than this needs an extension header, which readers understand differently.
const PART = /^[A-Za-z0-9_][A-Za-z0-9 ._@+=,~()#%-]{0,98}$|^\.[A-Za-z0-9_][A-Za-z0-9 ._@+=,~()#%-]{0,97}$/;

const FILES: ReadonlySet<string> = new Set(['wpk.yaml', 'README.md', 'CHANGELOG.md']);
const FOLDERS = ['manifests/', 'tests/'];

/** Whether a file of this name belongs in a package. */
export function isPackagePath(path: string): boolean {
  return FILES.has(path) || FOLDERS.some((folder) => path.startsWith(folder));
}

interface SeenName {
  readonly name: string;
  readonly type: 'file' | 'directory';
  /** False as long as it is only the folder of others. */
  isEntry: boolean;
}

/**
 * The names of an archive so far. Refuses what could leave its folder, what two systems would read as two names or as one, and
 * what has no place in a package.
 */
export class EntryPaths {
  /** By name in lower case: names that differ in case only are one name on other systems. */
  private readonly seen = new Map<string, SeenName>();

  addFile(path: string): string {
    const clean = this.add(path, 'file');
    if (!isPackagePath(clean)) {
      throw refused(
        `'${clean}' has no place in a package.`,
        'A package holds wpk.yaml, README.md, CHANGELOG.md, manifests/ and tests/.',
      );
    }
    return clean;
  }

  /** A directory says nothing that its files do not say; it only must not clash with them, nor stand twice. */
  addDirectory(path: string): void {
    const name = path.endsWith('/') ? path.slice(0, -1) : path;
    if (name === '.') this.claim('.', 'directory', true);
    else this.add(name, 'directory');
  }

  private add(path: string, type: 'file' | 'directory'): string {
    const clean = path.startsWith('./') ? path.slice(2) : path;
    const parts = clean.split('/');
    if (clean.length > 255 || parts.length > ARCHIVE_LIMITS.pathDepth || !parts.every(isPart)) {
      throw refused(
        `The name ${JSON.stringify(path.slice(0, 300))} is not allowed.`,
        'Use relative names of plain ASCII.',
      );
    }
    parts.forEach((_, index) => {
      const isLast = index === parts.length - 1;
      this.claim(parts.slice(0, index + 1).join('/'), isLast ? type : 'directory', isLast);
    });
    if (this.seen.size > ARCHIVE_LIMITS.entries) {
      throw tooLarge(`The archive has more than ${ARCHIVE_LIMITS.entries} files and folders.`);
    }
    return clean;
  }

  private claim(name: string, type: 'file' | 'directory', isEntry: boolean): void {
    const key = name.toLowerCase();
    const known = this.seen.get(key);
    if (known && (known.name !== name || known.type !== type || (known.isEntry && isEntry))) {
      const other = known.name === name ? '' : `, once as '${known.name}'`;
      throw refused(`The name '${name}' stands twice in the archive${other}.`, 'Give each file a name of its own.');
    }
    if (known) known.isEntry ||= isEntry;
    else this.seen.set(key, { name, type, isEntry });
  }
}

function isPart(part: string): boolean {
  return PART.test(part) && part !== '..' && !/[. ]$/.test(part);
}
