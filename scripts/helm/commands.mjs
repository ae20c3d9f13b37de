// The commands of test/helm/requirement.yaml as a program gets them.

/** Of the right shape, and of nobody. */
export const PUBLIC_KEY =
  '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n';

/** The words that a shell makes of the line; quotes are only around whole values. */
export function words(line) {
  return line.split(/\s+/).map((word) => word.replaceAll('"', '').replace('$PUBLIC_KEY', PUBLIC_KEY));
}
