import { ACTIONS } from '../actions/catalogue.js';
import { isJsonObject, jsonPlaces } from '../json.js';
import { WpkError, type WpkProblem } from '../wpk.error.js';
import { placedSteps } from './package.checks.js';
import type { PackageDocument, StepDocument } from './package.document.js';
import type { PackageFile } from './package.file.js';

/**
 * Refuses what the format knows and this version of Atom cannot execute: nothing that was signed is silently ignored.
 * Throws {@link WpkError} `WPK.UNSUPPORTED` with a problem for each place.
 */
export function requireSupported(file: PackageFile): void {
  const problems = findUnsupported(file.document).map((problem) => ({ ...file.locate(problem.pointer), ...problem }));
  if (problems.length > 0) throw new WpkError('WPK.UNSUPPORTED', problems);
}

function findUnsupported(document: PackageDocument): WpkProblem[] {
  const { spec } = document;
  const rest = [
    unsupported('/spec/onFailure', isFilled(spec.onFailure), 'onFailure'),
    unsupported('/spec/finally', isFilled(spec.finally), 'finally'),
    unsupported('/spec/rollback', spec.rollback?.enabled === true, 'rollback'),
    unsupported('/spec/triggers', isFilled(spec.triggers), 'triggers'),
    unsupported('/spec/secrets', isFilled(spec.secrets), 'secrets'),
    unsupported('/spec/egress', isFilled(spec.egress), 'egress'),
    unsupported('/spec/concurrency', spec.concurrency !== undefined, 'concurrency'),
    unsupported('/spec/maxParallel', spec.maxParallel !== undefined, 'maxParallel'),
  ];
  const steps = placedSteps(document).flatMap(({ step, pointer }) => stepProblems(step, pointer));
  return [...sensitiveInputs(spec.inputs), ...steps, ...rest.flat()];
}

function stepProblems(step: StepDocument, pointer: string): WpkProblem[] {
  const rest = [
    unsupported(`${pointer}/needs`, step.needs !== undefined, 'needs'),
    unsupported(`${pointer}/forEach`, step.forEach !== undefined, 'forEach'),
    unsupported(`${pointer}/maxParallel`, step.maxParallel !== undefined, 'maxParallel'),
    unsupported(`${pointer}/rollback`, step.rollback !== undefined, 'rollback'),
  ];
  return [...unknownAction(step, pointer), ...rest.flat()];
}

function unknownAction({ uses }: StepDocument, pointer: string): WpkProblem[] {
  if (ACTIONS.has(uses)) return [];
  const detail = `This version of Atom has no action '${uses}'.`;
  return [{ pointer: `${pointer}/uses`, detail, hint: `It has: ${[...ACTIONS.keys()].join(', ')}.` }];
}

function sensitiveInputs(inputs: unknown): WpkProblem[] {
  const problems: WpkProblem[] = [];
  for (const { pointer, value } of jsonPlaces(inputs, '/spec/inputs')) {
    const isSensitive = isJsonObject(value) && value['x-atom-sensitive'] === true;
    problems.push(...unsupported(`${pointer}/x-atom-sensitive`, isSensitive, 'x-atom-sensitive'));
  }
  return problems;
}

function unsupported(pointer: string, isUsed: boolean, feature: string): WpkProblem[] {
  const detail = `This version of Atom cannot execute '${feature}' yet.`;
  return isUsed ? [{ pointer, detail, hint: `Remove '${feature}' from the package, or use a later version.` }] : [];
}

function isFilled(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}
