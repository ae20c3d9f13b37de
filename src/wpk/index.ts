export type {
  Backoff,
  InputsSchema,
  PackageMetadata,
  PackageSpec,
  Permission,
  Retry,
  RetryOn,
  Safety,
  Step,
  Timeouts,
  WorkflowPackage,
} from './package.js';
export { readJson } from './reader/json.reader.js';
export type { SourcePosition } from './reader/source-map.js';
export { readYaml } from './reader/yaml.reader.js';
export * from './signatures/index.js';
export { WpkError, type WpkErrorCode, type WpkProblem } from './wpk.error.js';
