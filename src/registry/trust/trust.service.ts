import { Injectable } from '@nestjs/common';

import {
  checkPolicy,
  compileTrust,
  EMPTY_TRUST,
  loadPublicKey,
  type PolicyChecks,
  type TrustDocument,
  type TrustedIdentityEntry,
  type TrustedKeyEntry,
  TrustError,
  type TrustPolicy,
  type TrustSet,
} from '../../wpk/index.js';
import { asPlaces } from '../packages/package-refusal.js';
import { RegistryError } from '../registry.error.js';
import * as changes from './trust.changes.js';
import { TrustSource } from './trust.source.js';
import { TrustStore } from './trust.store.js';
import { EnvironmentTrust } from './trust-surroundings.js';

/** Changes that others made at the same time are waited for so often. */
const ATTEMPTS = 5;

/** What is done, as the audit log tells it. */
interface Change {
  readonly by: string;
  readonly action: string;
  /** Below `trust/`. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Who is trusted may be changed here, one audited revision after the other. Throws `trust-managed-by-file` where it may not. */
@Injectable()
export class TrustService {
  constructor(
    private readonly source: TrustSource,
    private readonly trust: TrustStore,
    private readonly environment: EnvironmentTrust,
  ) {}

  /** What is in force now. */
  async show(): Promise<{ readonly set: TrustSet; readonly revision: number | null }> {
    return this.source.refresh();
  }

  /** Of a trusted key's name its id; anything else is taken for an id itself. */
  async signerIdOf(nameOrId: string): Promise<string> {
    const { set } = await this.source.current();
    const key = set.document.keys.find(({ name }) => name === nameOrId);
    return key ? loadPublicKey(key.publicKey).id : nameOrId;
  }

  addKey(key: TrustedKeyEntry, by: string): Promise<TrustDocument> {
    const { name, notBefore, notAfter } = key;
    const body = { ...(notBefore !== undefined && { notBefore }), ...(notAfter !== undefined && { notAfter }) };
    const change = {
      by,
      action: 'trust-key.add',
      subject: `keys/${name}`,
      body: { ...body, publicKey: key.publicKey },
    };
    return this.change(change, (document) => changes.addKey(document, key));
  }

  addIdentity(identity: TrustedIdentityEntry, by: string): Promise<TrustDocument> {
    const { name, issuer, subject } = identity;
    const change = { by, action: 'trust-identity.add', subject: `identities/${name}`, body: { issuer, subject } };
    return this.change(change, (document) => changes.addIdentity(document, identity));
  }

  retire(kind: changes.EntryKind, name: string, by: string, reason?: string): Promise<TrustDocument> {
    const body = reason === undefined ? {} : { reason };
    const change = { by, action: `${actionNoun(kind)}.retire`, subject: `${kind}/${name}`, body };
    return this.change(change, (document) => changes.retire(document, kind, name, new Date(), reason));
  }

  /** Queued and running runs of what only this signer signed stop before their next step. */
  revoke(kind: changes.EntryKind, name: string, by: string, reason: string): Promise<TrustDocument> {
    const change = { by, action: `${actionNoun(kind)}.revoke`, subject: `${kind}/${name}`, body: { reason } };
    return this.change(change, (document) => changes.revoke(document, kind, name, new Date(), reason));
  }

  /** Only a policy that accepts its good package and refuses its bad one comes into force. Throws `trust-policy-fails`. */
  putPolicy(policy: TrustPolicy, checks: PolicyChecks, by: string): Promise<TrustDocument> {
    const { name, ...body } = policy;
    const change = { by, action: 'trust-policy.put', subject: `policies/${name}`, body };
    return this.change(
      change,
      (document) => changes.putPolicy(document, policy),
      async (set) => {
        const problems = await checkPolicy(name, checks, set);
        if (problems.length === 0) return;
        const message = `The policy is not taken: ${problems[0]?.detail ?? ''}`;
        throw new RegistryError('trust-policy-fails', message, { errors: asPlaces(problems) });
      },
    );
  }

  removePolicy(name: string, by: string): Promise<TrustDocument> {
    const change = { by, action: 'trust-policy.remove', subject: `policies/${name}`, body: {} };
    return this.change(change, (document) => changes.removePolicy(document, name));
  }

  private async change(
    { by, action, subject, body }: Change,
    apply: (document: TrustDocument) => TrustDocument,
    check: (set: TrustSet) => Promise<void> = () => Promise.resolve(),
  ): Promise<TrustDocument> {
    this.requireManagedHere();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const latest = await this.trust.latest();
      const before = latest?.document ?? EMPTY_TRUST;
      const next = apply(before);
      if (JSON.stringify(next) === JSON.stringify(before)) return before;
      await check(await this.compile(next));
      const audit = { actor: by, action, subject: `trust/${subject}`, body };
      if (await this.trust.append(latest?.revision ?? 0, next, audit)) {
        await this.source.refresh();
        return next;
      }
    }
    throw new RegistryError('trust-conflict', 'Others are changing trust at the same time; try again in a moment.');
  }

  private async compile(document: TrustDocument): Promise<TrustSet> {
    try {
      return compileTrust(document, await this.environment.now());
    } catch (cause) {
      if (!(cause instanceof TrustError)) throw cause;
      throw new RegistryError('trust-invalid', cause.message, { cause, errors: asPlaces(cause.problems) });
    }
  }

  private requireManagedHere(): void {
    if (this.source.isManagedHere) return;
    const message = 'Trust comes from the file of TRUST_FILE here; change that file where it is deployed from.';
    throw new RegistryError('trust-managed-by-file', message);
  }
}

function actionNoun(kind: changes.EntryKind): string {
  return kind === 'keys' ? 'trust-key' : 'trust-identity';
}
