import type { ObjectRef, PermissionCheck, Plan, PlannedChange, Run, Step } from './api.types.js';

/** What a dry-run found out about one step. */
export type StepForecast =
  | { readonly kind: 'changes'; readonly plan: Plan }
  /** The objects are already as the step would make them. */
  | { readonly kind: 'nothing'; readonly plan: Plan }
  | { readonly kind: 'reads'; readonly plan: Plan }
  /** Its condition is false. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'unplanned'; readonly why: string; readonly plan?: Plan };

export interface PlanSummary {
  readonly objectsChanged: number;
  readonly stepsReadOnly: number;
  /** Steps of which is known that they would find everything as they want it. */
  readonly stepsWithoutChange: number;
  readonly stepsUnplanned: number;
  /** Each permission once, however many steps need it. */
  readonly permissionsMissing: number;
}

export function summarize(run: Run, steps: readonly Step[]): PlanSummary {
  const forecasts = steps.map((step) => forecastOf(run, step));
  const count = (kind: StepForecast['kind']): number => forecasts.filter((forecast) => forecast.kind === kind).length;
  const plans = steps.flatMap((step) => planOf(step) ?? []);
  const changed = plans.flatMap(({ changes }) => changes.filter(isChange).map(({ object }) => keyOf(object)));
  const missing = plans.flatMap((plan) => missingIn(plan).map((permission) => JSON.stringify(permission)));
  return {
    objectsChanged: new Set(changed).size,
    stepsReadOnly: count('reads'),
    stepsWithoutChange: count('nothing'),
    stepsUnplanned: count('unplanned'),
    permissionsMissing: new Set(missing).size,
  };
}

export function forecastOf(run: Run, step: Step): StepForecast {
  const plan = planOf(step);
  if (step.error) return { kind: 'unplanned', why: `${step.error.code}: ${step.error.message}` };
  if (plan === undefined) {
    const isDecided = step.state === 'skipped' && run.state === 'succeeded';
    return isDecided ? { kind: 'skipped' } : { kind: 'unplanned', why: 'The dry-run ended before this step.' };
  }
  if (plan.changes.some(isChange)) return { kind: 'changes', plan };
  if (plan.changes.length > 0) return { kind: 'nothing', plan };
  const { unsimulated } = plan;
  // A step that was planned and says so may only leave its effect on time untried, as a wait does.
  const isPlanned = step.state === 'succeeded' && missingIn(plan).length === 0;
  if (unsimulated !== undefined && !isPlanned) return { kind: 'unplanned', why: unsimulated, plan };
  return { kind: 'reads', plan };
}

export function missingIn({ permissions }: Plan): PermissionCheck[] {
  return permissions.filter(({ allowed }) => !allowed);
}

/** The plan that a dry-run leaves in the outputs of a step. */
function planOf({ outputs }: Step): Plan | undefined {
  const plan = outputs?.['plan'] as Partial<Plan> | undefined;
  return plan && { ...plan, changes: plan.changes ?? [], permissions: plan.permissions ?? [] };
}

function isChange({ operation }: PlannedChange): boolean {
  return operation !== 'none';
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}
