import type { Decision, Override, PackageSignature, WorkflowSummary, WorkflowVersion } from './api.types.js';
import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';
import { renderFields, renderTable } from './output/table.js';
import { signerText } from './signer.text.js';

/** `isFiltered`: nothing found does not mean that there is nothing. */
export function workflowTable(workflows: readonly WorkflowSummary[], paint: Paint, isFiltered = false): string {
  if (workflows.length === 0) {
    return isFiltered ? 'No workflow is like that.' : 'No workflows yet. `atomctl push FILE` registers one.';
  }
  return renderTable<WorkflowSummary>(
    [
      { title: 'NAME', value: ({ name }) => name },
      { title: 'LATEST', value: ({ latestVersion }) => latestVersion },
      { title: 'STATE', value: ({ state }) => state, paint: (text) => paint.state(text) },
      { title: 'VERSIONS', value: ({ versions }) => versions },
      { title: 'UPDATED', value: ({ updatedAt }) => updatedAt },
      { title: 'DESCRIPTION', value: ({ description }) => description },
    ],
    workflows,
  );
}

export function versionTable(versions: readonly WorkflowVersion[], paint: Paint): string {
  if (versions.length === 0) return 'No version is in this state.';
  return renderTable<WorkflowVersion>(
    [
      { title: 'VERSION', value: ({ version }) => version },
      {
        title: 'STATE',
        value: ({ state, override }) => (override ? `${state ?? ''}, overridden` : state),
        paint: (text) => paint.state(text),
      },
      { title: 'DECISION', value: ({ decision }) => decision?.outcome, paint: (text) => paint.state(text) },
      { title: 'RISK', value: ({ decision }) => decision?.risk?.score },
      { title: 'UPLOADED', value: ({ createdAt }) => createdAt },
      { title: 'BY', value: ({ uploadedBy }) => uploadedBy },
      { title: 'DIGEST', value: ({ digest }) => digest },
    ],
    versions,
  );
}

/** One version with its signer and every reason of the decision. */
export function versionView(version: WorkflowVersion, paint: Paint): string {
  const { signer } = version;
  return describeVersion(version, [['signer', signer && escapeLine(signerText(signer))]], paint);
}

/** As versionView, with every signature and all that is known beside. */
export function versionDetails(
  version: WorkflowVersion,
  signatures: readonly PackageSignature[],
  paint: Paint,
): string {
  const { size, mediaType, description, author, tags = [], runtimes = [], safetyMode, createdAt, uploadedBy } = version;
  const text = (value: string | null | undefined): string => escapeLine(value ?? '');
  const extra: Field[] = [
    ['description', text(description)],
    ['author', text(author)],
    ['tags', text(tags.join(', '))],
    ['runtimes', text(runtimes.join(', '))],
    ['mode', text(safetyMode)],
    ['size', `${size} bytes${mediaType === undefined ? '' : `, ${text(mediaType)}`}`],
    ['uploaded', `${text(createdAt)}${uploadedBy ? ` by ${text(uploadedBy)}` : ''}`],
    ...signatures.map((signature): Field => ['signed', signatureLine(signature)]),
  ];
  return describeVersion(version, extra, paint);
}

type Field = readonly [string, string | undefined];

function describeVersion(version: WorkflowVersion, fields: readonly Field[], paint: Paint): string {
  const { decision, override } = version;
  const lines = renderFields([
    ['workflow', escapeLine(`${version.name}@${version.version}`)],
    ['digest', escapeLine(version.digest)],
    ['state', standingLine(version, paint)],
    ['override', override && overrideLine(override)],
    ...fields,
    ['decision', decision && decisionLine(decision, paint)],
    ['risk', decision?.risk && escapeLine(`${decision.risk.score} of 100 (${decision.risk.level})`)],
  ]);
  const reasons = (decision?.reasons ?? []).map(({ code, severity, message, pointer, line }) => {
    const place = [pointer, line === undefined ? undefined : `line ${line}`].filter(Boolean).join(', ');
    return escapeLine(`  - ${severity} ${code}: ${message}${place && ` (${place})`}`);
  });
  return [lines, ...reasons].join('\n');
}

/** The state, and who changed it when and why. */
export function standingLine(
  { state, stateReason, stateBy, stateAt }: Pick<WorkflowVersion, 'state' | 'stateReason' | 'stateBy' | 'stateAt'>,
  paint: Paint,
): string | undefined {
  if (state === undefined) return undefined;
  const by = [stateBy && `by ${stateBy}`, stateAt && `at ${stateAt}`].filter(Boolean).join(' ');
  const told = [by, stateReason].filter(Boolean).join(': ');
  return paint.state(escapeLine(state)) + escapeLine(told && ` ${told}`);
}

export function overrideLine({ reason, by, expiresAt }: Override): string {
  return escapeLine(`until ${expiresAt} by ${by}: ${reason}`);
}

function signatureLine({ kind, signer, storedAt, signedAt, logged, attested }: PackageSignature): string {
  const what = attested ? 'attestation' : kind;
  const when = signedAt ? `, signed ${signedAt}` : '';
  return escapeLine(
    `${signerText(signer)}; ${what} stored ${storedAt}${when}${logged ? ', in a transparency log' : ''}`,
  );
}

function decisionLine({ outcome, requiredApprovals }: Decision, paint: Paint): string {
  const count = requiredApprovals ? ` (${requiredApprovals} needed)` : '';
  return paint.state(escapeLine(outcome)) + count;
}
