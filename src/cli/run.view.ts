import type { Reason, Run, Step } from './api.types.js';
import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';
import { renderFields, renderTable } from './output/table.js';

export function runTable(runs: readonly Run[], paint: Paint): string {
  if (runs.length === 0) return 'No runs. `atomctl run NAME` starts one.';
  return renderTable<Run>(
    [
      { title: 'RUN', value: ({ id }) => id },
      {
        title: 'WORKFLOW',
        value: ({ workflow, version, dryRun }) => `${workflow}@${version}${dryRun ? ' (dry-run)' : ''}`,
      },
      { title: 'STATE', value: ({ state }) => state, paint: (text) => paint.state(text) },
      { title: 'TARGET', value: ({ target }) => target },
      { title: 'CREATED', value: ({ createdAt }) => createdAt },
      { title: 'TOOK', value: tookOf },
    ],
    runs,
  );
}

/** A run with why it is in its state, its steps and its outputs. */
export function runView(run: Run, steps: readonly Step[], paint: Paint): string {
  const head = renderFields([
    ['run', escapeLine(run.id)],
    ['workflow', escapeLine(`${run.workflow}@${run.version}`)],
    ['digest', escapeLine(run.digest)],
    ['state', paint.state(escapeLine(run.state))],
    ['dry run', run.dryRun ? 'yes: nothing is changed' : undefined],
    ['reason', run.reason && reasonLine(run.reason)],
    ['target', run.target && escapeLine(run.target)],
    ['requested by', run.requestedBy && escapeLine(run.requestedBy)],
    ['created', escapeLine(run.createdAt)],
    ['took', tookOf(run)],
  ]);
  return [head, stepTable(steps, paint), valuesOf('inputs', run.inputs), valuesOf('outputs', run.outputs)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function stepTable(steps: readonly Step[], paint: Paint): string {
  if (steps.length === 0) return '';
  return renderTable<Step>(
    [
      { title: 'STEP', value: ({ name }) => name },
      { title: 'ACTION', value: ({ action }) => action },
      { title: 'STATE', value: ({ state }) => state, paint: (text) => paint.state(text) },
      { title: 'ATTEMPT', value: ({ attempt }) => attempt },
      { title: 'TOOK', value: tookOf },
      { title: 'ERROR', value: ({ error }) => (error ? reasonLine(error) : '') },
    ],
    steps,
  );
}

export function reasonLine({ code, message }: Reason): string {
  return escapeLine(`${code}: ${message}`);
}

function valuesOf(title: string, values: Readonly<Record<string, unknown>> | null | undefined): string {
  const entries = Object.entries(values ?? {});
  if (entries.length === 0) return '';
  const shown = entries.map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [`  ${escapeLine(key)}`, escapeLine(text)] as const;
  });
  return `${title}:\n${renderFields(shown)}`;
}

/** `850 ms`, `12.3 s`, `2 min 5 s`; undefined until both ends are known. */
function tookOf({ startedAt, finishedAt }: Pick<Run | Step, 'startedAt' | 'finishedAt'>): string | undefined {
  if (!startedAt || !finishedAt) return undefined;
  const tookMs = Date.parse(finishedAt) - Date.parse(startedAt);
  if (!Number.isFinite(tookMs) || tookMs < 0) return undefined;
  if (tookMs < 1000) return `${tookMs} ms`;
  if (tookMs < 60_000) return `${(tookMs / 1000).toFixed(1)} s`;
  return `${Math.floor(tookMs / 60_000)} min ${Math.round((tookMs % 60_000) / 1000)} s`;
}
