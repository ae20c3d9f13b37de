import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';

import { DomainError } from '../../platform/errors/domain.error.js';
import { type Decision, inspectPackage, PolicyService } from '../../policy/index.js';
import type { JudgedSignature, Judgement, PackageFile, SignatureInput } from '../../wpk/index.js';
import { refusalOf } from '../packages/distrust.js';
import { PackageOpener } from '../packages/package-opener.js';
import { RegistryError } from '../registry.error.js';
import { REFUSED, REGISTRATIONS } from '../registry.metrics.js';
import { type CurrentTrust, TrustSource } from '../trust/trust.source.js';
import type { Upload } from '../uploads/upload.js';
import { isVersion } from './version-sort-key.js';
import { type NewOverride, WorkflowStore } from './workflow.store.js';
import { evidenceOf, type NewSignature, type VersionContent, type WorkflowVersion } from './workflow-version.js';

/** Trust that changes while a package is being registered is waited for so often. */
const ATTEMPTS = 5;

export interface Registered {
  readonly version: WorkflowVersion;
  readonly created: boolean;
}

/**
 * Takes packages in. In the common case three round trips to the database: the caller's token, the decision, the package; trust
 * is known already, and the statement that stores the package does so only if it still is what it was.
 */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly workflows: WorkflowStore,
    private readonly opener: PackageOpener,
    private readonly trust: TrustSource,
    private readonly policy: PolicyService,
    @InjectMetric(REGISTRATIONS) private readonly registrations: Counter,
    @InjectMetric(REFUSED) private readonly refusals: Counter,
  ) {}

  /**
   * Read → valid → executable here → signed as trust asks → admitted by policy → stored. Refused at the first that fails. An
   * override stands in for policy, and for nothing else.
   */
  register(upload: Upload, uploadedBy: string, override?: NewOverride): Promise<Registered> {
    return this.underCurrentTrust((trust) => this.registerUnder(trust, upload, uploadedBy, override));
  }

  /** Counts how an upload ends, from its first byte on: many are refused before there is a package. */
  async counted(work: () => Promise<Registered>): Promise<Registered> {
    try {
      const registered = await work();
      this.registrations.inc({ result: registered.created ? 'created' : 'unchanged' });
      return registered;
    } catch (error) {
      const refusal: DomainError | undefined = error instanceof DomainError ? error : undefined;
      this.registrations.inc({ result: refusal ? 'refused' : 'failed' });
      if (refusal) this.refusals.inc({ reason: refusal.code });
      throw error;
    }
  }

  /** `work` answers undefined when trust has changed under it. A refusal counts only if trust is still what it was judged by. */
  private async underCurrentTrust(work: (trust: CurrentTrust) => Promise<Registered | undefined>): Promise<Registered> {
    let trust = await this.trust.current();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      let refusal: RegistryError | undefined;
      try {
        const registered = await work(trust);
        if (registered) return registered;
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        refusal = error;
      }
      const newest = await this.trust.refresh();
      if (refusal && newest.set.version === trust.set.version) throw refusal;
      trust = newest;
    }
    throw new RegistryError('trust-conflict', 'Trust is being changed at the same time; try again in a moment.');
  }

  private async registerUnder(
    { set, revision }: CurrentTrust,
    upload: Upload,
    uploadedBy: string,
    override: NewOverride | undefined,
  ): Promise<Registered | undefined> {
    const file = await this.opener.read(upload.package);
    const presented = this.opener.judge(file, upload.package, upload.signatures, set);
    let judgement = presented;
    if (presented.distrust) {
      if (!presented.signatures.every(isGenuine)) throw refusalOf(presented);
      // The same bytes again: what is stored of them counts together with what came now.
      const stored = await this.workflows.signaturesOf(file.digest);
      judgement = this.opener.judge(file, upload.package, [...upload.signatures, ...stored], set);
      if (stored.length === 0 || judgement.distrust) throw refusalOf(presented);
    }
    const signatures = newSignatures(upload.signatures, judgement.signatures);
    if (signatures.length === 0) return this.unchanged(file, presented);
    const decision = await this.decide(file, override !== undefined);
    const version = { ...contentOf(file, decision, uploadedBy), bytes: upload.package, signatures };
    return this.workflows.add(version, revision, override);
  }

  private async unchanged(
    { package: { metadata } }: PackageFile,
    presented: Judgement,
  ): Promise<Registered | undefined> {
    const version = await this.workflows.find(metadata.name, metadata.version);
    // Marked as deleted, and its bytes and signatures are about to go: what is new has to stand alone.
    if (version?.state === 'deleted') throw refusalOf(presented);
    return version && { version, created: false };
  }

  private decide(file: PackageFile, isOverridden: boolean): Promise<Decision> {
    requireOrderable(file);
    const facts = inspectPackage(file.digest, file.package, (pointer) => file.locate(pointer));
    const question = { ...facts, stage: 'admission', dryRunDone: false } as const;
    return isOverridden ? this.policy.decide(question) : this.policy.decideOrThrow(question);
  }
}

function requireOrderable({ package: { metadata } }: PackageFile): void {
  if (isVersion(metadata.version)) return;
  const detail = 'A number of the version is too large to be compared; use smaller ones.';
  throw new RegistryError('package-invalid', detail, { errors: [{ pointer: '#/metadata/version', detail }] });
}

function contentOf(file: PackageFile, decision: Decision, uploadedBy: string): VersionContent {
  const { digest, mediaType } = file;
  const { name, version, description = null, author = null, tags } = file.package.metadata;
  const { steps, safety } = file.package.spec;
  return {
    ...{ name, version, description, author, tags, digest, mediaType, decision, uploadedBy },
    families: [...new Set(steps.map(({ uses }) => uses.slice(0, uses.indexOf('/'))))].sort(),
    safetyMode: safety.mode,
  };
}

/** By somebody who is known and not revoked, over these bytes; it may come too late, or be one of too few. */
function isGenuine({ verified, distrust }: JudgedSignature): boolean {
  return verified !== undefined && (distrust === undefined || distrust.code === 'TRUST.NOT_NOW');
}

/** Of what came, what was found good, once: the judgement begins with it, in the same order. */
function newSignatures(presented: readonly SignatureInput[], judged: readonly JudgedSignature[]): NewSignature[] {
  const found = new Map<string, NewSignature>();
  for (const [index, { kind, text }] of presented.entries()) {
    const { verified, entries = [] } = judged[index] ?? {};
    if (!verified || entries.length === 0) continue;
    const { signer, isLogged, signedAt = null, claims } = verified;
    const signature = { kind, text, signer, isLogged, isAttested: claims !== undefined, signedAt };
    if (!found.has(evidenceOf(signature))) found.set(evidenceOf(signature), signature);
  }
  return [...found.values()];
}
