import type { NewAuditEntry } from '../../src/audit/index.js';
import type { WorkflowRef } from '../../src/registry/catalog/workflow-catalog.js';
import { RegistryError } from '../../src/registry/registry.error.js';
import { isPrerelease, versionSortKey } from '../../src/registry/workflows/version-sort-key.js';
import type { Override, VersionState } from '../../src/registry/workflows/version-state.js';
import {
  type NewOverride,
  type SeenVersion,
  type StateChange,
  type WorkflowFilter,
  WorkflowStore,
} from '../../src/registry/workflows/workflow.store.js';
import {
  evidenceOf,
  type NewSignature,
  type NewVersion,
  type StoredPackage,
  type StoredSignature,
  type WorkflowSummary,
  type WorkflowVersion,
} from '../../src/registry/workflows/workflow-version.js';
import { signerId } from '../../src/wpk/index.js';
import { FakeAuditLog } from './fake-audit.log.js';
import { FakeTrustStore } from './fake-trust.store.js';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Row {
  readonly version: Writable<WorkflowVersion>;
  bytes: Buffer | undefined;
  signatures: StoredSignature[];
}

const HOUR_MS = 3_600_000;

/** In memory; held to the same contract as the store on PostgreSQL. Every method does its work in one turn of the event loop. */
export class FakeWorkflowStore extends WorkflowStore {
  private readonly rows: Row[] = [];
  private passedMs = 0;

  constructor(
    private readonly trust = new FakeTrustStore(),
    private readonly audit = new FakeAuditLog(),
  ) {
    super();
  }

  pass(hours: number): void {
    this.passedMs += hours * HOUR_MS;
  }

  add(
    added: NewVersion,
    trustRevision: number | null,
    override?: NewOverride,
  ): Promise<{ version: WorkflowVersion; created: boolean } | undefined> {
    if (trustRevision !== null && trustRevision !== this.trust.revision) return Promise.resolve(undefined);
    const row = this.row(added);
    if (!row) {
      const inserted = this.insert(added);
      this.overrideAdded(inserted, added, override);
      return Promise.resolve({ version: this.show(inserted), created: true });
    }
    if (row.version.digest !== added.digest) {
      return Promise.reject(new RegistryError('version-exists', 'It is registered with other bytes.'));
    }
    const created = row.version.state === 'deleted';
    if (created) this.restore(row, added);
    if (created) this.overrideAdded(row, added, override);
    const signers = this.sign(row, added.signatures);
    if (signers.length > 0 && !created) this.auditSignatures(added, signers);
    return Promise.resolve({ version: this.show(row), created });
  }

  find(name: string, version: string): Promise<WorkflowVersion | undefined> {
    const row = this.row({ name, version });
    return Promise.resolve(row && this.show(row));
  }

  seeVersion(name: string, version: string): Promise<SeenVersion | undefined> {
    return Promise.resolve(this.see(this.row({ name, version })));
  }

  seeLatest(name: string): Promise<SeenVersion | undefined> {
    const latest = this.versions(name).find(({ version }) => isActiveRelease(version));
    return Promise.resolve(this.see(latest));
  }

  seeDigest(digest: string): Promise<SeenVersion | undefined> {
    return Promise.resolve(this.see(this.rowOf(digest)));
  }

  versionsOf(
    name: string,
    limit: number,
    { after, state }: { readonly after?: string; readonly state?: VersionState } = {},
  ): Promise<WorkflowVersion[]> {
    const found = this.versions(name)
      .map((row) => this.show(row))
      .filter((version) => version.state !== 'deleted' && version.state === (state ?? version.state))
      .filter(({ version }) => after === undefined || precedence(version, after) > 0);
    return Promise.resolve(found.slice(0, limit));
  }

  list(limit: number, after = '', filter: WorkflowFilter = {}): Promise<WorkflowSummary[]> {
    const names = [...new Set(this.rows.map(({ version }) => version.name))].filter((name) => name > after).sort();
    const found = names.flatMap((name) => this.summarise(name)).filter((summary) => matches(summary, filter));
    return Promise.resolve(found.slice(0, limit));
  }

  findPackage(digest: string): Promise<StoredPackage | undefined> {
    const { bytes, signatures = [] } = this.rowOf(digest) ?? {};
    return Promise.resolve(bytes && { bytes, signatures: [...signatures] });
  }

  signaturesOf(digest: string): Promise<StoredSignature[]> {
    return Promise.resolve([...(this.rowOf(digest)?.signatures ?? [])]);
  }

  changeState({ from, to, reason, by, ...ref }: StateChange, audit: NewAuditEntry): Promise<boolean> {
    const row = this.row(ref);
    const isPossible = row && from.includes(row.version.state) && (to === 'deleted' || row.bytes !== undefined);
    if (!isPossible) return Promise.resolve(false);
    Object.assign(row.version, { state: to, stateReason: reason, stateBy: by, stateAt: this.now() });
    this.audit.write(audit);
    return Promise.resolve(true);
  }

  setOverride(
    ref: Pick<WorkflowRef, 'name' | 'version'>,
    override: NewOverride | null,
    audit: NewAuditEntry,
  ): Promise<boolean> {
    const row = this.row(ref);
    if (!row || !['active', 'yanked'].includes(row.version.state)) return Promise.resolve(false);
    row.version.override = override && this.fromNow(override);
    this.audit.write(audit);
    return Promise.resolve(true);
  }

  addSignature(digest: string, signature: NewSignature, audit: NewAuditEntry): Promise<void> {
    const row = this.rowOf(digest);
    if (row?.bytes && this.sign(row, [signature]).length > 0) this.audit.write(audit);
    return Promise.resolve();
  }

  removeBytes(digest: string): Promise<void> {
    const row = this.rowOf(digest);
    if (row?.version.state === 'deleted') Object.assign(row, { bytes: undefined, signatures: [] });
    return Promise.resolve();
  }

  private auditSignatures({ name, version, uploadedBy }: NewVersion, signers: readonly string[]): void {
    this.audit.write({
      ...{ actor: uploadedBy, action: 'version.add-signature', subject: `workflows/${name}/versions/${version}` },
      body: { signers },
    });
  }

  private overrideAdded(row: Row, { decision }: NewVersion, override: NewOverride | undefined): void {
    if (!override) return;
    const { name, version, digest } = row.version;
    const { reason, by, hours } = override;
    row.version.override = this.fromNow(override);
    this.audit.write({
      ...{ actor: by, action: 'version.register-overridden', subject: `workflows/${name}/versions/${version}` },
      body: { reason, hours, digest, outcome: decision.outcome },
    });
  }

  private fromNow({ reason, by, hours }: NewOverride): Override {
    const at = this.now();
    const expiresAt = new Date(at.getTime() + hours * HOUR_MS).toISOString();
    return { reason, by, at: at.toISOString(), expiresAt };
  }

  private insert({ bytes, signatures, ...content }: NewVersion): Row {
    const standing = { state: 'active', stateReason: null, stateBy: null, stateAt: null, override: null } as const;
    const { signer } = signatures[0]!;
    const version = { ...content, ...standing, size: bytes.length, signer, createdAt: this.now() };
    const row: Row = { version, bytes, signatures: [] };
    this.rows.push(row);
    this.sign(row, signatures);
    return row;
  }

  private restore(row: Row, { bytes, signatures, decision, uploadedBy, digest, name, version }: NewVersion): void {
    row.bytes = bytes;
    const standing = { state: 'active', stateReason: null, stateBy: uploadedBy, stateAt: this.now(), override: null };
    Object.assign(row.version, { ...standing, uploadedBy, decision, signer: signatures[0]!.signer });
    const subject = `workflows/${name}/versions/${version}`;
    this.audit.write({ actor: uploadedBy, action: 'version.restore', subject, body: { digest } });
  }

  /** The signers of those that are new. */
  private sign(row: Row, signatures: readonly NewSignature[]): string[] {
    const before = row.signatures.length;
    for (const signature of signatures) {
      const isKnown = row.signatures.some((kept) => evidenceOf(kept) === evidenceOf(signature));
      if (!isKnown) row.signatures.push({ ...signature, storedAt: this.now() });
    }
    return row.signatures.slice(before).map(({ signer }) => signerId(signer));
  }

  private summarise(name: string): WorkflowSummary[] {
    const versions = this.versions(name).filter(({ version }) => version.state !== 'deleted');
    const shown = versions.toSorted((a, b) => rank(b.version) - rank(a.version))[0]?.version;
    if (!shown) return [];
    const { description, tags, families, safetyMode, state } = shown;
    const times = versions.map(({ version }) => (version.stateAt ?? version.createdAt).getTime());
    return [
      {
        ...{ name, description, tags, families, safetyMode, state, signerId: signerId(shown.signer) },
        latestVersion: isActiveRelease(shown) ? shown.version : null,
        ...{ versions: versions.length, updatedAt: new Date(Math.max(...times)) },
      },
    ];
  }

  private see(row: Row | undefined): SeenVersion | undefined {
    if (!row) return undefined;
    const { name, version, digest, state, stateReason, stateBy, stateAt, override } = this.show(row);
    return {
      ...{ name, version, digest, state, stateReason, stateBy, stateAt, override },
      trustRevision: this.trust.revision,
    };
  }

  private show({ version }: Row): WorkflowVersion {
    const { override } = version;
    const isInForce = override !== null && Date.parse(override.expiresAt) > this.now().getTime();
    return { ...version, override: isInForce ? override : null };
  }

  /** The highest first. */
  private versions(name: string): Row[] {
    return this.rows
      .filter(({ version }) => version.name === name)
      .sort((a, b) => precedence(a.version.version, b.version.version));
  }

  private row({ name, version }: Pick<WorkflowRef, 'name' | 'version'>): Row | undefined {
    return this.rows.find((row) => row.version.name === name && row.version.version === version);
  }

  private rowOf(digest: string): Row | undefined {
    return this.rows.find(({ version }) => version.digest === digest);
  }

  private now(): Date {
    return new Date(Date.now() + this.passedMs);
  }
}

function isActiveRelease({ version, state }: WorkflowVersion): boolean {
  return state === 'active' && !isPrerelease(version);
}

function rank({ version, state }: WorkflowVersion): number {
  if (state === 'active') return isPrerelease(version) ? 2 : 3;
  return state === 'yanked' ? 1 : 0;
}

/** Negative when `a` is the higher one. */
function precedence(a: string, b: string): number {
  return Buffer.compare(versionSortKey(b), versionSortKey(a)) || Buffer.compare(Buffer.from(b), Buffer.from(a));
}

function matches(summary: WorkflowSummary, filter: WorkflowFilter): boolean {
  const { search = '', tag, family, safetyMode, signerId: signer, state } = filter;
  const words = wordsOf(`${summary.name} ${summary.description ?? ''}`);
  return (
    wordsOf(search).every((beginning) => words.some((word) => word.startsWith(beginning))) &&
    (tag === undefined || summary.tags.includes(tag)) &&
    (family === undefined || summary.families.includes(family)) &&
    summary.safetyMode === (safetyMode ?? summary.safetyMode) &&
    summary.signerId === (signer ?? summary.signerId) &&
    summary.state === (state ?? summary.state)
  );
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
