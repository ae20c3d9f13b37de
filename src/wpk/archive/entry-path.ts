import { WpkError } from '../wpk.error.js';
import { ARCHIVE_LIMITS } from './archive.limits.js';

// Printable ASCII without backslash, colon and the characters that shells and Windows give a meaning. A name outside ASCII or
// longer than this needs an extension header, which readers understand differently.
const PART = /^[A-Za-z0-9_][A-Za-z0-9 ._@+=,~()#%-]{0,98}$|^\.[A-Za-z0-9_][A-Za-z0-9 ._@+=,~()#%-]{0,97}$/;

const FILES: ReadonlySet<string> = new Set(['wpk.yaml', 'README.md', 'CHANGELOG.md']);
const FOLDERS = ['manifests/', 'tests/'];

/** Whether a file of this name belongs in a package. */
export function isPackagePath(path: string): boolean {
  return FILES.has(path) || FOLDERS.some((folder) => path.startsWith(folder));
}

/**
 * The names of an archive so far. Refuses what could leave its folder, what two systems would read as two names or as one, and
 * what has no place in a package.
 */
export class EntryPaths {
  private readonly seen = new Map<string, 'file' | 'directory'>();

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

  /** A directory says nothing that its files do not say; it only must not clash with them. */
  addDirectory(path: string): void {
    const name = path.endsWith('/') ? path.slice(0, -1) : path;
    if (name !== '.') this.add(name, 'directory');
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
      throw WpkError.of('WPK.TOO_LARGE', `The archive has more than ${ARCHIVE_LIMITS.entries} files.`);
    }
    return clean;
  }

  private claim(name: string, type: 'file' | 'directory', isEntry: boolean): void {
    const key = name.toLowerCase();
    const known = this.seen.get(key);
    if (known !== undefined && (known !== type || (isEntry && type === 'file'))) {
      throw refused(`The name '${name}' stands twice in the archive.`);
    }
    this.seen.set(key, type);
  }
}

function isPart(part: string): boolean {
  return PART.test(part) && part !== '..' && !/[. ]$/.test(part);
}

function refused(detail: string, hint?: string): WpkError {
  return WpkError.of('WPK.ARCHIVE', detail, hint === undefined ? {} : { hint });
}
