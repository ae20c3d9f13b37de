import type { JudgedPolicy, JudgedSignature, Judgement } from './api.trust.types.js';
import type { WorkflowVersion } from './api.types.js';
import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';
import { renderFields } from './output/table.js';
import { signerText } from './signer.text.js';
import { overrideLine, standingLine } from './workflow.view.js';

/** How a registered version stands; a file that was not registered has none. */
export type Standing = Pick<WorkflowVersion, 'state' | 'stateReason' | 'stateBy' | 'stateAt' | 'override'>;

/** Each signature, each policy, the verdict; in this order, as one follows from the other. */
export function judgementView(judgement: Judgement, standing: Standing | undefined, paint: Paint): string {
  const { name, version, digest, signatures, policies } = judgement;
  const head = renderFields([
    ['package', escapeLine(`${name}@${version}`)],
    ['digest', escapeLine(digest)],
    ['state', standing && standingLine(standing, paint)],
    ['override', standing?.override && overrideLine(standing.override)],
  ]);
  const parts = [
    head,
    ['signatures:', ...listOf(signatures, (signature) => signatureLines(signature, paint))].join('\n'),
    ['policies:', ...listOf(policies, (policy) => policyLines(policy, paint))].join('\n'),
    verdictLine(judgement, standing, paint),
  ];
  return parts.join('\n\n');
}

/** Why a run of it would be refused, as far as signatures, trust and its state are concerned; undefined when it would not. */
export function objectionTo({ accepted, problem }: Judgement, standing: Standing | undefined): string | undefined {
  if (!accepted) return problem ? `${problem.detail} (${problem.code})` : 'it is not believed';
  const { state = 'active', override } = standing ?? {};
  if (state === 'active' || (state === 'yanked' && override)) return undefined;
  return `it is signed as trust asks, but it was ${state}`;
}

function verdictLine(judgement: Judgement, standing: Standing | undefined, paint: Paint): string {
  const objection = objectionTo(judgement, standing);
  if (objection !== undefined) return `${paint.text('red', 'REFUSED:')} ${escapeLine(objection)}`;
  return `${paint.text('green', 'BELIEVED:')} it is signed as trust asks; policy still decides what it may do`;
}

function listOf<T>(items: readonly T[], linesOf: (item: T) => readonly string[]): string[] {
  if (items.length === 0) return ['  none'];
  return items.flatMap(linesOf).map((line) => `  ${line}`);
}

function signatureLines({ kind, counts, signer, problem, ...rest }: JudgedSignature, paint: Paint): string[] {
  const { entries, logged, attestation, signedAt } = rest;
  const facts = [
    attestation ? 'attestation' : undefined,
    logged ? 'in a transparency log' : undefined,
    signedAt ? `signed ${signedAt}` : undefined,
  ];
  const known = entries.length > 0 ? ` = ${entries.join(', ')}` : '';
  const who = signer ? signerText(signer) : 'nobody that could be made out';
  const told = [`${kind} of ${who}${known}`, ...facts].filter(Boolean).join('; ');
  return [
    `${counts ? paint.text('green', 'counts') : paint.text('red', 'does not count')}: ${escapeLine(told)}`,
    ...(problem ? [`  ${escapeLine(`${problem.detail} (${problem.code})`)}`] : []),
  ];
}

function policyLines(policy: JudgedPolicy, paint: Paint): string[] {
  const { name, satisfied, satisfiedBy, remarks } = policy;
  const by = satisfiedBy.length > 0 ? `by ${satisfiedBy.join(', ')}` : 'by nobody';
  return [
    `${satisfied ? paint.text('green', 'satisfied') : paint.text('red', 'not satisfied')}: ${escapeLine(`${name} wants ${wanted(policy)}; satisfied ${by}`)}`,
    ...remarks.map((remark) => `  ${escapeLine(remark)}`),
  ];
}

/** What a policy asks for, in words. */
export function wanted(policy: Omit<JudgedPolicy, 'name' | 'satisfied' | 'satisfiedBy' | 'remarks'>): string {
  const { threshold, any, requireTlog, requireAttestation } = policy;
  const demands = [requireTlog ? 'each in a transparency log' : '', requireAttestation ? 'each an attestation' : ''];
  return [`${threshold} of ${any.join(', ')}`, ...demands].filter(Boolean).join(', ');
}
