export { type VerifiedPackage, WorkflowCatalog, type WorkflowRef } from './catalog/workflow-catalog.js';
export { REGISTRY_PROBLEMS, RegistryError, type RegistryErrorCode } from './registry.error.js';
export { REGISTRY_ENTITIES, RegistryModule } from './registry.module.js';
export { NameParam, VersionParam } from './workflows/workflow-params.js';
export { VersionLifecycle } from './workflows/version-lifecycle.service.js';
