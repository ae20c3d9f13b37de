import { readYaml } from '../reader/yaml.reader.js';
import type { WpkProblem } from '../wpk.error.js';
import type { TrustDocument, TrustPolicy } from './trust.document.js';
import { TrustError } from './trust.error.js';
import { validateTrustFile } from './trust.schema.js';

/** Paths relative to the trust file. */
export interface CheckFiles {
  readonly package: string;
  readonly bundles?: readonly string[];
  readonly signatures?: readonly string[];
}

export interface PolicyCheckFiles {
  readonly good: CheckFiles;
  readonly bad: CheckFiles;
}

/** A trust file as it was written, defaults filled in. */
export interface TrustFile {
  readonly document: TrustDocument;
  /** By the name of the policy; every policy has them. */
  readonly checks: ReadonlyMap<string, PolicyCheckFiles>;
  /** The same problems with their lines in this file. */
  place(problems: readonly WpkProblem[]): WpkProblem[];
}

type WrittenPolicy = TrustPolicy & { readonly checks: PolicyCheckFiles };
type Written = Partial<Omit<TrustDocument, 'policies'>> & { readonly policies: readonly WrittenPolicy[] };

/** Reads strict YAML or JSON. Throws {@link TrustError} or WpkError; whether keys can be used is seen when it is compiled. */
export function readTrustFile(bytes: Uint8Array): TrustFile {
  const { value, source } = readYaml(bytes);
  const faults = validateTrustFile(value);
  if (faults.length > 0) throw new TrustError(source.place(faults));
  // The schema has just said that it is one.
  const { keys = [], identities = [], policies } = value as Written;
  return {
    document: { keys, identities, policies: policies.map(withoutChecks) },
    checks: new Map(policies.map(({ name, checks }) => [name, checks])),
    place: (problems) => source.place(problems),
  };
}

function withoutChecks({ name, names, any, threshold, requireTlog, requireAttestation }: WrittenPolicy): TrustPolicy {
  return { name, names, any, threshold, requireTlog, requireAttestation };
}
