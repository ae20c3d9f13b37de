import {
  RegistryError,
  type RegistryErrorCode,
  type VerifiedPackage,
  WorkflowCatalog,
  type WorkflowRef,
} from '../../src/registry/index.js';

/** Has the packages that it was given, until it is told to refuse. */
export class FakeWorkflowCatalog extends WorkflowCatalog {
  private readonly packages = new Map<string, VerifiedPackage>();
  private refusal: Error | undefined;

  add(verified: VerifiedPackage): void {
    this.packages.set(verified.digest, verified);
  }

  /** From now on every package is refused with this code, or with this error. */
  refuse(reason: RegistryErrorCode | Error): void {
    this.refusal = reason instanceof Error ? reason : new RegistryError(reason, 'It is refused.');
  }

  has(name: string): Promise<boolean> {
    return Promise.resolve([...this.packages.values()].some((verified) => verified.name === name));
  }

  openForRun(name: string, version?: string): Promise<VerifiedPackage> {
    const found = [...this.packages.values()].filter((p) => p.name === name && p.version === (version ?? p.version));
    return this.answer(found.at(-1));
  }

  open({ digest }: WorkflowRef): Promise<VerifiedPackage> {
    return this.answer(this.packages.get(digest));
  }

  private answer<T>(found: T | undefined): Promise<T> {
    if (this.refusal) return Promise.reject(this.refusal);
    if (found) return Promise.resolve(found);
    return Promise.reject(new RegistryError('workflow-not-found', 'It is not registered.'));
  }
}
