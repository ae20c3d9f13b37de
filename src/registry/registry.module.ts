import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Config } from '../platform/config/config.js';
import { PolicyModule } from '../policy/index.js';
import { WorkflowCatalog } from './catalog/workflow-catalog.js';
import { StoredWorkflowCatalog } from './catalog/workflow-catalog.service.js';
import { PackageOpener } from './packages/package-opener.js';
import { packageMetrics, registrationMetrics } from './registry.metrics.js';
import { SchemasController } from './schemas/schemas.controller.js';
import { TrustedKeys } from './signatures/trusted-keys.js';
import { MultipartPlugin } from './uploads/multipart.plugin.js';
import { UploadReader } from './uploads/upload.reader.js';
import { PackageEntity } from './workflows/package.entity.js';
import { PackageSignatureEntity } from './workflows/package-signature.entity.js';
import { WorkflowStore } from './workflows/workflow.store.js';
import { PostgresWorkflowStore } from './workflows/workflow.store.postgres.js';
import { WorkflowVersionEntity } from './workflows/workflow-version.entity.js';
import { WorkflowsController } from './workflows/workflows.controller.js';
import { WorkflowsService } from './workflows/workflows.service.js';

export const REGISTRY_ENTITIES = [PackageEntity, PackageSignatureEntity, WorkflowVersionEntity];

const STORE = [TypeOrmModule.forFeature(REGISTRY_ENTITIES)];

/** Reading, verifying and handing out packages: in both processes. */
const CATALOG: Provider[] = [
  { provide: TrustedKeys, inject: [Config], useFactory: (config: Config) => TrustedKeys.fromConfig(config) },
  { provide: WorkflowStore, useClass: PostgresWorkflowStore },
  { provide: WorkflowCatalog, useClass: StoredWorkflowCatalog },
  PackageOpener,
  ...packageMetrics,
];

/** What may ever be run: signed packages, by name and version, unchangeable. */
@Module({})
export class RegistryModule {
  /** The REST resource and the catalog. */
  static forApi(): DynamicModule {
    return {
      module: RegistryModule,
      imports: [...STORE, PolicyModule],
      controllers: [WorkflowsController, SchemasController],
      providers: [...CATALOG, ...registrationMetrics, WorkflowsService, UploadReader, MultipartPlugin],
      exports: [WorkflowCatalog],
    };
  }

  /** The catalog only. */
  static forWorker(): DynamicModule {
    return { module: RegistryModule, imports: STORE, providers: CATALOG, exports: [WorkflowCatalog] };
  }
}
