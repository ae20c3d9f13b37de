import type { Decision, WorkflowSummary, WorkflowVersion } from './api.types.js';
import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';
import { renderFields, renderTable } from './output/table.js';

export function workflowTable(workflows: readonly WorkflowSummary[]): string {
  if (workflows.length === 0) return 'No workflows yet. `atomctl push FILE` registers one.';
  return renderTable<WorkflowSummary>(
    [
      { title: 'NAME', value: ({ name }) => name },
      { title: 'LATEST', value: ({ latestVersion }) => latestVersion },
      { title: 'VERSIONS', value: ({ versions }) => versions },
      { title: 'UPDATED', value: ({ updatedAt }) => updatedAt },
      { title: 'DESCRIPTION', value: ({ description }) => description },
    ],
    workflows,
  );
}

export function versionTable(versions: readonly WorkflowVersion[], paint: Paint): string {
  return renderTable<WorkflowVersion>(
    [
      { title: 'VERSION', value: ({ version }) => version },
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
  const { decision, signer } = version;
  const fields = renderFields([
    ['workflow', escapeLine(`${version.name}@${version.version}`)],
    ['digest', escapeLine(version.digest)],
    ['signer', signer && escapeLine(`${signer.kind} ${signer.keyId}`)],
    ['decision', decision && decisionLine(decision, paint)],
    ['risk', decision?.risk && escapeLine(`${decision.risk.score} of 100 (${decision.risk.level})`)],
  ]);
  const reasons = (decision?.reasons ?? []).map(({ code, severity, message, pointer, line }) => {
    const place = [pointer, line === undefined ? undefined : `line ${line}`].filter(Boolean).join(', ');
    return escapeLine(`  - ${severity} ${code}: ${message}${place && ` (${place})`}`);
  });
  return [fields, ...reasons].join('\n');
}

function decisionLine({ outcome, requiredApprovals }: Decision, paint: Paint): string {
  const count = requiredApprovals ? ` (${requiredApprovals} needed)` : '';
  return paint.state(escapeLine(outcome)) + count;
}
