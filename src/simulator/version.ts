/** The Kubernetes release whose API the simulator speaks. */
export const GIT_VERSION = 'v1.35.0';

export const SERVER_VERSION = {
  major: '1',
  minor: '35',
  gitVersion: `${GIT_VERSION}+atom-simulator`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'node',
  platform: 'linux/amd64',
};
