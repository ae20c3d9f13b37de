import type { ObjectRef } from '../adapter.js';
import { StepError } from '../step.error.js';
import { conditionOf } from './condition.js';
import { numberAt, textAt } from './json.js';
import { titleOf } from './object.reader.js';
import { failed, type Goal, met, pending } from './verdict.js';

/**
 * A condition has a status, by the rules of `kubectl wait --for=condition=`: cases do not matter, the status defaults to
 * True, and a condition that was written for an older generation does not count. An object that is deleted meanwhile may
 * come back; one that never was there is an error.
 */
export function conditionGoal(ref: ObjectRef, type: string, status = 'True'): Goal {
  const title = titleOf(ref);
  let wasThere = false;
  return (object) => {
    if (!object) {
      if (wasThere) return pending(`${title} was deleted`);
      return failed(new StepError('STEP.NOT_FOUND', `${title} does not exist.`));
    }
    wasThere = true;
    const condition = conditionOf(object, type);
    if (condition === undefined) return pending(`${title} has no condition ${type} yet`);
    const seen = textAt(condition, 'status') ?? '';
    const reason = textAt(condition, 'reason');
    const observed = `${title}: ${type} is ${seen}${reason ? ` (${reason})` : ''}`;
    const generation = numberAt(object, 'metadata', 'generation') ?? 0;
    const judged = numberAt(condition, 'observedGeneration') ?? numberAt(object, 'status', 'observedGeneration');
    if (judged !== undefined && judged < generation) return pending(`${observed}, but for an older generation`);
    return seen.toLowerCase() === status.toLowerCase() ? met(observed) : pending(observed);
  };
}

/** The object that was there first is gone, as for `kubectl wait --for=delete`; one of the same name is another object. */
export function deletionGoal(ref: ObjectRef): Goal {
  const title = titleOf(ref);
  let first: string | undefined;
  return (object) => {
    if (!object) return met(`${title} is gone`);
    const uid = textAt(object, 'metadata', 'uid') ?? '';
    first ??= uid;
    if (uid !== first) return met(`${title} is gone; another one has its name now`);
    const since = textAt(object, 'metadata', 'deletionTimestamp');
    return pending(since ? `${title} has been ending since ${since}` : `${title} is still there`);
  };
}
