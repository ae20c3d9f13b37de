import type { ObjectRef, PermissionCheck, Plan, PlannedChange, Run, Step } from './api.types.js';
import { fieldLine, marked } from './field.view.js';
import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';
import { forecastOf, missingIn, type PlanSummary, summarize } from './plan.summary.js';
import { reasonLine } from './run.view.js';

const marks = { create: '+', delete: '-', update: '~', none: '=' } as const;

/** What a run would do, step by step, in the signs of `terraform plan`, and a last line that counts. */
export function planView(run: Run, steps: readonly Step[], paint: Paint): string {
  const place = run.target ? ` on ${run.target}` : '';
  const summary = summarize(run, steps);
  const ending = [
    summaryLine(summary),
    ...(summary.permissionsMissing > 0 ? [permissionLine(summary.permissionsMissing, paint)] : []),
    ...(run.state === 'succeeded' ? [] : [endLine(run, paint)]),
    'This was a dry-run: nothing was changed.',
  ];
  return [
    paint.text('bold', escapeLine(`${run.workflow}@${run.version}${place}`)),
    ...steps.map((step) => stepView(run, step, paint)),
    ending.join('\n'),
  ].join('\n\n');
}

function summaryLine({ objectsChanged, stepsReadOnly, stepsWithoutChange, stepsUnplanned }: PlanSummary): string {
  const parts = [
    `${counted(objectsChanged, 'object')} would change`,
    ...(stepsWithoutChange > 0 ? [`${counted(stepsWithoutChange, 'step')} would change nothing`] : []),
    `${counted(stepsReadOnly, 'step')} ${stepsReadOnly === 1 ? 'reads' : 'read'} only`,
    `${stepsUnplanned} could not be planned`,
  ];
  return `${parts.join(', ')}.`;
}

function permissionLine(count: number, paint: Paint): string {
  const are = count === 1 ? 'permission is' : 'permissions are';
  return paint.text(
    'red',
    `${count} ${are} missing: a run would fail until the worker's role in the cluster has them.`,
  );
}

function endLine({ state, reason }: Run, paint: Paint): string {
  const why = reason ? ` (${reasonLine(reason)})` : '';
  return `dry-run: ${paint.state(escapeLine(state))}${why}`;
}

function stepView(run: Run, step: Step, paint: Paint): string {
  const head = `${paint.text('bold', escapeLine(step.name))}  ${paint.text('dim', escapeLine(step.action))}`;
  return [head, ...forecastLines(run, step, paint).map((line) => `  ${line}`)].join('\n');
}

function forecastLines(run: Run, step: Step, paint: Paint): string[] {
  const forecast = forecastOf(run, step);
  switch (forecast.kind) {
    case 'changes':
    case 'nothing':
      return [
        ...forecast.plan.changes.flatMap((change) => changeLines(change, paint)),
        ...remarks(forecast.plan, paint),
      ];
    case 'reads':
      return ['reads only', ...remarks(forecast.plan, paint)];
    case 'skipped':
      return ['would be skipped: its condition is false'];
    case 'unplanned':
      return [
        `${paint.text('yellow', '?')} not planned: ${escapeLine(forecast.why)}`,
        ...(forecast.plan ? missingLines(forecast.plan, paint) : []),
      ];
  }
}

function remarks(plan: Plan, paint: Paint): string[] {
  const { unsimulated } = plan;
  return [
    ...(unsimulated === undefined ? [] : [escapeLine(`not simulated: ${unsimulated}`)]),
    ...missingLines(plan, paint),
  ];
}

function missingLines(plan: Plan, paint: Paint): string[] {
  return missingIn(plan).map(
    (check) => `${marked('!', paint)} permission missing: ${escapeLine(permissionText(check))}`,
  );
}

/** As a rule of RBAC is read aloud: `patch deployments.apps in namespace shop`. */
function permissionText({ verb, group, resource, namespace }: PermissionCheck): string {
  const [plural = resource, ...subresource] = resource.split('/');
  const kind = [group === '' ? plural : `${plural}.${group}`, ...subresource].join('/');
  return `${verb} ${kind}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

function changeLines({ object, operation, fields }: PlannedChange, paint: Paint): string[] {
  const note = operation === 'none' ? ': already as the step would make it' : '';
  return [
    `${marked(marks[operation], paint)} ${escapeLine(objectText(object))}${note}`,
    ...fields.map((field) => `    ${fieldLine(field, paint)}`),
  ];
}

function objectText({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
