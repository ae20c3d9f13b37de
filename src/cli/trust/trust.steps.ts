import type { PolicyChecks, SignedPackage } from '../../wpk/index.js';
import type { ApiClient } from '../api.client.js';
import { pathSegment } from '../api.path.js';
import type { OpenedTrustFile } from './trust.opened.js';
import type { TrustStep } from './trust.plan.js';

/** One change of the server's trust, as the plan asks for it. */
export async function carryOutStep(api: ApiClient, { file, checks }: OpenedTrustFile, step: TrustStep): Promise<void> {
  switch (step.kind) {
    case 'add-key': {
      const { name, publicKey, notBefore, notAfter } = step.entry;
      await api.send('/v1/trust/keys', { method: 'POST', json: { name, publicKey, notBefore, notAfter } });
      return;
    }
    case 'add-identity': {
      const { name, issuer, subject, notBefore, notAfter } = step.entry;
      await api.send('/v1/trust/identities', { method: 'POST', json: { name, issuer, subject, notBefore, notAfter } });
      return;
    }
    case 'retire':
    case 'revoke': {
      const json = { reason: step.reason ?? (step.kind === 'revoke' ? 'revoked in the trust file' : undefined) };
      await api.send(`/v1/trust/${step.of}/${pathSegment(step.name)}/${step.kind}`, { method: 'POST', json });
      return;
    }
    case 'put-policy': {
      const policy = file.document.policies.find(({ name }) => name === step.policy);
      const tried = checks.get(step.policy);
      if (!policy || !tried) throw new TypeError(`no policy ${step.policy}`);
      const { name, ...body } = policy;
      const json = { ...body, checks: checksBody(tried) };
      await api.send(`/v1/trust/policies/${pathSegment(name)}`, { method: 'PUT', json });
    }
  }
}

function checksBody({ good, bad }: PolicyChecks): object {
  return { good: packageBody(good), bad: packageBody(bad) };
}

function packageBody({ bytes, signatures }: SignedPackage): object {
  const textsOf = (wanted: 'bundle' | 'signature'): string[] =>
    signatures.filter(({ kind }) => kind === wanted).map(({ text }) => text);
  return {
    package: Buffer.from(bytes).toString('base64'),
    bundles: textsOf('bundle'),
    signatures: textsOf('signature'),
  };
}

/** What was done, for people. */
export function stepText(step: TrustStep): string {
  switch (step.kind) {
    case 'add-key':
      return `key ${step.entry.name}: added`;
    case 'add-identity':
      return `identity ${step.entry.name}: added`;
    case 'retire':
    case 'revoke':
      return `${step.of === 'keys' ? 'key' : 'identity'} ${step.name}: ${step.kind}d`;
    case 'put-policy':
      return `policy ${step.policy}: in force`;
  }
}

export function stepDocument(step: TrustStep): object {
  switch (step.kind) {
    case 'add-key':
    case 'add-identity':
      return { kind: step.kind, name: step.entry.name };
    case 'retire':
    case 'revoke':
      return { kind: step.kind, of: step.of, name: step.name };
    case 'put-policy':
      return { kind: step.kind, name: step.policy };
  }
}
