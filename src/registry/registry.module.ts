import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { AuditModule } from '../audit/index.js';
import { Config } from '../platform/config/config.js';
import { VaultModule } from '../platform/vault/vault.module.js';
import { PolicyModule } from '../policy/index.js';
import { WorkflowCatalog } from './catalog/workflow-catalog.js';
import { StoredWorkflowCatalog } from './catalog/workflow-catalog.service.js';
import { ExplainController } from './packages/explain.controller.js';
import { ExplainService } from './packages/explain.service.js';
import { PackageOpener } from './packages/package-opener.js';
import { packageMetrics, registrationMetrics } from './registry.metrics.js';
import { SchemasController } from './schemas/schemas.controller.js';
import { packageSignerProvider } from './signing/package-signer.provider.js';
import { DatabaseTrustSource } from './trust/database-trust.source.js';
import { FileTrustSource } from './trust/file-trust.source.js';
import { TrustController } from './trust/trust.controller.js';
import { TrustService } from './trust/trust.service.js';
import { TrustSource } from './trust/trust.source.js';
import { TrustStore } from './trust/trust.store.js';
import { PostgresTrustStore } from './trust/trust.store.postgres.js';
import { TrustIdentitiesController } from './trust/trust-identities.controller.js';
import { TrustKeysController } from './trust/trust-keys.controller.js';
import { TrustPoliciesController } from './trust/trust-policies.controller.js';
import { TrustRevisionEntity } from './trust/trust-revision.entity.js';
import { EnvironmentTrust } from './trust/trust-surroundings.js';
import { MultipartPlugin } from './uploads/multipart.plugin.js';
import { UploadReader } from './uploads/upload.reader.js';
import { PackageEntity } from './workflows/package.entity.js';
import { PackageSignatureEntity } from './workflows/package-signature.entity.js';
import { RegistrationService } from './workflows/registration.service.js';
import { VersionLifecycleController } from './workflows/version-lifecycle.controller.js';
import { VersionLifecycle } from './workflows/version-lifecycle.service.js';
import { VersionReadingController } from './workflows/version-reading.controller.js';
import { WorkflowEntity } from './workflows/workflow.entity.js';
import { WorkflowStore } from './workflows/workflow.store.js';
import { PostgresWorkflowStore } from './workflows/workflow.store.postgres.js';
import { WorkflowVersionEntity } from './workflows/workflow-version.entity.js';
import { WorkflowsController } from './workflows/workflows.controller.js';
import { WorkflowsService } from './workflows/workflows.service.js';

export const REGISTRY_ENTITIES = [
  PackageEntity,
  PackageSignatureEntity,
  WorkflowVersionEntity,
  WorkflowEntity,
  TrustRevisionEntity,
];

const STORE = [TypeOrmModule.forFeature(REGISTRY_ENTITIES), AuditModule];

/** Reading, verifying and handing out packages: in both processes. */
const CATALOG: Provider[] = [
  { provide: EnvironmentTrust, inject: [Config], useFactory: (config: Config) => new EnvironmentTrust(config) },
  { provide: TrustStore, useClass: PostgresTrustStore },
  {
    provide: TrustSource,
    inject: [Config, EnvironmentTrust, TrustStore],
    useFactory: (config: Config, environment: EnvironmentTrust, store: TrustStore): TrustSource =>
      config.TRUST_FILE === undefined
        ? new DatabaseTrustSource(store, environment)
        : new FileTrustSource(environment, config),
  },
  { provide: WorkflowStore, useClass: PostgresWorkflowStore },
  { provide: WorkflowCatalog, useClass: StoredWorkflowCatalog },
  PackageOpener,
  ...packageMetrics,
];

const API_CONTROLLERS = [
  ...[WorkflowsController, VersionReadingController, VersionLifecycleController, SchemasController],
  ...[TrustController, TrustKeysController, TrustIdentitiesController, TrustPoliciesController, ExplainController],
];

const API_SERVICES: Provider[] = [
  ...[WorkflowsService, RegistrationService, VersionLifecycle, TrustService, ExplainService],
  ...[UploadReader, MultipartPlugin, packageSignerProvider],
];

/** What may ever be run: signed packages, by name and version, unchangeable. */
@Module({})
export class RegistryModule {
  /** The REST resource and the catalog. */
  static forApi(): DynamicModule {
    return {
      module: RegistryModule,
      imports: [...STORE, PolicyModule, VaultModule.register()],
      controllers: API_CONTROLLERS,
      providers: [...CATALOG, ...registrationMetrics, ...API_SERVICES],
      exports: [WorkflowCatalog, VersionLifecycle],
    };
  }

  /** The catalog only. */
  static forWorker(): DynamicModule {
    return { module: RegistryModule, imports: STORE, providers: CATALOG, exports: [WorkflowCatalog] };
  }
}
