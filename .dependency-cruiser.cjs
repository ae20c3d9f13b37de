/** The arrows of docs/adr/0001, held by `npm run check:deps`. */
const allowed = {
  wpk: [],
  platform: [],
  access: ['platform'],
  audit: ['access', 'platform'],
  policy: ['wpk', 'access', 'platform'],
  registry: ['wpk', 'policy', 'audit', 'access', 'platform'],
  runtime: ['wpk', 'registry', 'policy', 'audit', 'access', 'platform'],
  simulator: [],
  cli: ['wpk'],
};
const modules = Object.keys(allowed);

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...modules.map((m) => ({
      name: `${m}-may-only-use-${allowed[m].join('-or-') || 'itself'}`,
      severity: 'error',
      from: { path: `^src/${m}/` },
      to: { path: `^src/(?!(${[m, ...allowed[m]].join('|')})/)` },
    })),
    // platform is a set of small libraries, imported by file; every other module has one door.
    ...modules
      .filter((m) => m !== 'platform')
      .map((m) => ({
        name: `${m}-only-through-its-door`,
        severity: 'error',
        from: { path: `^src/(?!${m}/)` },
        to: { path: `^src/${m}/.+`, pathNot: `^src/${m}/(index|${m}\\.module)\\.ts$` },
      })),
    {
      name: 'io-stays-in-its-folder',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '(\\.store\\.postgres|\\.entity|\\.module|\\.processor|\\.producer)\\.ts$|^src/(platform|runtime/adapters|simulator)/',
      },
      // A type is no input or output.
      to: {
        dependencyTypesNot: ['type-only'],
        path: 'node_modules/(typeorm|@nestjs/typeorm|pg|bullmq|@nestjs/bullmq|ioredis|@kubernetes/client-node)/',
      },
    },
    {
      name: 'wpk-is-pure',
      comment: 'The package format is shared by server and command line: no framework, no network.',
      severity: 'error',
      from: { path: '^src/wpk/' },
      to: { path: 'node_modules/(@nestjs|typeorm|bullmq|pg|undici)|^(node:)?(http|https|net|fs/promises)$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '\\.spec\\.ts$' },
    doNotFollow: { path: 'node_modules' },
  },
};
