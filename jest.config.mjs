/**
 * Tiers, told apart by the file name: `*.spec.ts` pure, `*.int-spec.ts` a real part, `*.e2e-spec.ts` whole processes,
 * `*.deploy-spec.ts` the image as it is shipped (`npm run test:deploy`, not part of `npm test`).
 * ESM mode: run through `npm test` (scripts/test.mjs), which sets the flags that Node needs.
 */
const tier = (name, testRegex, extra = {}) => ({
  displayName: name,
  rootDir: '.',
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFiles: ['<rootDir>/test/support/preload.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  ...extra,
});

const real = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

export default {
  testTimeout: 60_000, // real processes on a busy machine; Jest reads it here only, not from a project
  projects: [
    tier('unit', '(?<!\\.(int|e2e))\\.spec\\.ts$'),
    tier('int', '\\.int-spec\\.ts$', real),
    tier('e2e', '\\.e2e-spec\\.ts$', real),
    tier('deploy', '\\.deploy-spec\\.ts$', real),
  ],
};
