import semver from 'semver';

const RELEASE = 0xff;
const NUMBER = 0x01;
const TEXT = 0x02;
const END = 0x00;

/** True for what the registry can order: SemVer 2.0 with numbers that a double holds, at most 256 characters. */
export function isVersion(version: string): boolean {
  return semver.valid(version) !== null && !/^[v=\s]|\s$/.test(version);
}

/**
 * Bytes whose order is the precedence of SemVer 2.0 §11, so that an index finds the highest version. Build metadata counts
 * for nothing. Throws TypeError for what is not a version.
 */
export function versionSortKey(version: string): Buffer {
  const { major, minor, patch, prerelease } = new semver.SemVer(version);
  const core = [major, minor, patch].flatMap((number) => numberBytes(String(number)));
  if (prerelease.length === 0) return Buffer.from([...core, RELEASE]);
  const identifiers = prerelease.map(String).flatMap((identifier) => {
    const isNumber = /^\d+$/.test(identifier);
    return isNumber ? [NUMBER, ...numberBytes(identifier)] : [TEXT, ...Buffer.from(identifier, 'ascii'), END];
  });
  return Buffer.from([...core, ...identifiers, END]);
}

export function isPrerelease(version: string): boolean {
  return semver.prerelease(version) !== null;
}

/** Without leading zeros, longer numbers are greater, and those of one length compare as text. */
function numberBytes(digits: string): number[] {
  return [digits.length, ...Buffer.from(digits, 'ascii')];
}
