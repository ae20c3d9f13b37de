import { isDeepStrictEqual } from 'node:util';

import { childPointer } from '../json.js';
import type { PackageDocument, SpecDocument, StepDocument } from '../package/package.document.js';
import type { PackageFile } from '../package/package.file.js';
import { diffFields, type FieldChange, fieldChange } from './field.change.js';

/** Lists of steps, in the order in which they are carried out. */
export const STEP_LISTS = ['steps', 'onFailure', 'finally'] as const;
export type StepList = (typeof STEP_LISTS)[number];

/** What a package says beside its steps, in the order in which a reader wants to know. */
export const DIFF_SECTIONS = [
  ...([
    'metadata',
    'inputs',
    'target',
    'safety',
    'permissions',
    'secrets',
    'egress',
    'triggers',
    'concurrency',
  ] as const),
  ...(['maxParallel', 'timeouts', 'rollback', 'outputs'] as const),
] as const satisfies readonly ('metadata' | Exclude<keyof SpecDocument, StepList>)[];
export type DiffSection = (typeof DIFF_SECTIONS)[number];

export const STEP_CHANGES = ['added', 'removed', 'moved', 'changed'] as const;
export type StepChange = (typeof STEP_CHANGES)[number];

export interface ShownChange extends FieldChange {
  /** A value is too long to be shown; what there is of it is the beginning of its JSON text. */
  readonly isCut: boolean;
}

export interface SectionDiff {
  readonly section: DiffSection;
  /** Pointers into the document. */
  readonly fields: readonly ShownChange[];
}

export interface StepPlace {
  readonly list: StepList;
  /** From 0. */
  readonly index: number;
}

export interface StepDiff {
  readonly name: string;
  /** A step that is `moved` may be `changed` as well. */
  readonly changes: readonly StepChange[];
  /** Null when it was added. */
  readonly before: StepPlace | null;
  /** Null when it was removed. */
  readonly after: StepPlace | null;
  /** Pointers into the step. */
  readonly fields: readonly ShownChange[];
}

export interface PackageDiff {
  /** Only those that differ. */
  readonly sections: readonly SectionDiff[];
  /** Only those that differ: what is there now in its order, then what was removed. */
  readonly steps: readonly StepDiff[];
  /** Names only: whether the content of a file is another one is not said. */
  readonly files: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** README.md came, went or says something else. */
  readonly readmeChanged: boolean;
  /** There are more changed fields than are shown. */
  readonly isCut: boolean;
}

type Side = Pick<PackageFile, 'document' | 'files' | 'readme'>;

/** Sections that are sets: their items come and go, and their order says nothing. */
const SETS: ReadonlySet<DiffSection> = new Set(['permissions', 'secrets', 'egress', 'triggers']);

/** What differs between two packages, by their documents as written: a default that was written down is a change. */
export function diffPackages(before: Side, after: Side): PackageDiff {
  const shown = new ShownChanges();
  const sections = DIFF_SECTIONS.flatMap((section) => {
    const fields = diffSection(section, before.document, after.document);
    return fields.length === 0 ? [] : [{ section, fields: shown.take(fields) }];
  });
  const steps = diffSteps(before.document.spec, after.document.spec, shown);
  const onlyIn = (one: Side, other: Side): string[] => one.files.filter((name) => !other.files.includes(name)).sort();
  return {
    ...{ sections, steps, isCut: shown.isCut },
    files: { added: onlyIn(after, before), removed: onlyIn(before, after) },
    readmeChanged: before.readme !== after.readme,
  };
}

function diffSection(section: DiffSection, before: PackageDocument, after: PackageDocument): FieldChange[] {
  if (section === 'metadata') return diffFields(before.metadata, after.metadata, '/metadata');
  const path = `/spec/${section}`;
  const [was, is]: readonly unknown[] = [before.spec[section], after.spec[section]];
  return SETS.has(section) ? diffSet(asList(was), asList(is), path) : diffFields(was, is, path);
}

function diffSet(before: readonly unknown[], after: readonly unknown[], path: string): FieldChange[] {
  const onlyIn = (one: readonly unknown[], other: readonly unknown[]) =>
    [...one.entries()].filter(([, item]) => !other.some((candidate) => isDeepStrictEqual(candidate, item)));
  return [
    ...onlyIn(before, after).map(([index, item]) => fieldChange(childPointer(path, index), item, undefined)),
    ...onlyIn(after, before).map(([index, item]) => fieldChange(childPointer(path, index), undefined, item)),
  ];
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

interface PlacedStep extends StepPlace {
  readonly step: StepDocument;
}

/** Names of steps are unique in a package, so a step is known by its name wherever it goes. */
function diffSteps(before: SpecDocument, after: SpecDocument, shown: ShownChanges): StepDiff[] {
  const [was, is] = [placedSteps(before), placedSteps(after)];
  const moved = movedSteps(was, is);
  const names = [...is.keys(), ...[...was.keys()].filter((name) => !is.has(name))];
  return names.flatMap((name) => {
    const [one, other] = [was.get(name), is.get(name)];
    const fields = diffFields(one?.step, other?.step, '', new Set(['/name']));
    const changes = changesOf(one, other, moved.has(name), fields);
    if (changes.length === 0) return [];
    return [{ name, changes, before: placeOf(one), after: placeOf(other), fields: shown.take(fields) }];
  });
}

function changesOf(
  before: PlacedStep | undefined,
  after: PlacedStep | undefined,
  isMoved: boolean,
  fields: readonly FieldChange[],
): StepChange[] {
  if (!before) return ['added'];
  if (!after) return ['removed'];
  return [...(isMoved ? (['moved'] as const) : []), ...(fields.length > 0 ? (['changed'] as const) : [])];
}

function placedSteps(spec: SpecDocument): ReadonlyMap<string, PlacedStep> {
  const all = STEP_LISTS.flatMap((list) => (spec[list] ?? []).map((step, index) => ({ list, index, step })));
  return new Map(all.map((placed) => [placed.step.name, placed]));
}

function placeOf(placed: PlacedStep | undefined): StepPlace | null {
  return placed ? { list: placed.list, index: placed.index } : null;
}

/** The fewest steps that have to be taken out so that all others stand in their lists in the order that they had. */
function movedSteps(was: ReadonlyMap<string, PlacedStep>, is: ReadonlyMap<string, PlacedStep>): ReadonlySet<string> {
  const order = [...was.keys()];
  const stayed = [...is].filter(([name, { list }]) => was.get(name)?.list === list).map(([name]) => name);
  const places = stayed.map((name) => order.indexOf(name));
  const kept = new Set(longestRise(places).map((index) => order[index]));
  return new Set([...is.keys()].filter((name) => was.has(name) && !kept.has(name)));
}

/** The longest subsequence that rises. Quadratic: a package has at most some hundreds of steps. */
function longestRise(numbers: readonly number[]): readonly number[] {
  const best: (readonly number[])[] = [];
  for (const [index, number] of numbers.entries()) {
    const before = best.filter((_, earlier) => (numbers[earlier] ?? Infinity) < number);
    best[index] = [...longestOf(before), number];
  }
  return longestOf(best);
}

function longestOf(lists: readonly (readonly number[])[]): readonly number[] {
  return lists.reduce((longest, list) => (list.length > longest.length ? list : longest), []);
}

/** So many fields are shown of all that differ. */
const MAX_FIELDS = 500;
/** Characters of a value's JSON text. */
const MAX_VALUE = 2_000;

/** Bounds what is shown: two packages may differ in everything that a megabyte holds. */
class ShownChanges {
  isCut = false;
  private left = MAX_FIELDS;

  take(changes: readonly FieldChange[]): ShownChange[] {
    const taken = changes.slice(0, this.left);
    this.left -= taken.length;
    this.isCut ||= taken.length < changes.length;
    return taken.map(shownChange);
  }
}

function shownChange({ path, before, after }: FieldChange): ShownChange {
  const [was, is] = [excerpt(before), excerpt(after)];
  return { ...fieldChange(path, was, is), isCut: was !== before || is !== after };
}

function excerpt(value: unknown): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE ? text.slice(0, MAX_VALUE) : value;
}
