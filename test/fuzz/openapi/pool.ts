import type { Random } from '../mutations.js';
import { isObject, type JsonObject } from './json.js';

const KEPT = 200;
const MAX_DEPTH = 6;

/**
 * What the API has shown: each object of each answer, by the place that it came from. Requests take their ids, names and
 * versions from here, so that they meet what exists.
 */
export class Pool {
  private readonly objects = new Map<string, JsonObject[]>();
  private readonly kept = new Set<unknown>();

  /** Objects with this value in them are read but never aimed at by a request that changes something. */
  protect(value: string): void {
    this.kept.add(value);
  }

  isProtected(value: unknown): boolean {
    return this.kept.has(value);
  }

  learn(place: string, value: unknown, depth = 0): void {
    if (depth > MAX_DEPTH) return;
    if (Array.isArray(value)) for (const item of value.slice(0, 50)) this.learn(place, item, depth + 1);
    if (!isObject(value)) return;
    const members = Object.values(value);
    if (members.some((member) => typeof member === 'string')) this.keep(place, value);
    for (const member of members) if (typeof member === 'object') this.learn(place, member, depth + 1);
  }

  /** Of what is gone for good, such as a version by its name and number. */
  forget(gone: Readonly<Record<string, string>>): void {
    const members = Object.entries(gone);
    for (const [place, objects] of this.objects) {
      const left = objects.filter((object) => members.some(([name, value]) => object[name] !== value));
      this.objects.set(place, left);
    }
  }

  /** An object of this place that has all these members; the newest are the likeliest. */
  find(
    place: string,
    members: readonly string[],
    random: Random,
    isUsable: (object: JsonObject) => boolean = () => true,
  ): JsonObject | undefined {
    const having = (this.objects.get(place) ?? []).filter((one) => members.every((name) => Object.hasOwn(one, name)));
    return latest(having.filter(isUsable), random);
  }

  /** An object of any place. */
  findAnywhere(members: readonly string[], random: Random): JsonObject | undefined {
    const places = [...this.objects.keys()];
    const from = random.below(places.length || 1);
    for (const place of [...places.slice(from), ...places.slice(0, from)]) {
      const found = this.find(place, members, random);
      if (found) return found;
    }
    return undefined;
  }

  private keep(place: string, value: JsonObject): void {
    const list = this.objects.get(place) ?? [];
    list.push(value);
    if (list.length > KEPT) list.shift();
    this.objects.set(place, list);
  }
}

function latest(objects: readonly JsonObject[], random: Random): JsonObject | undefined {
  const from = random.below(2) === 0 ? 0 : Math.max(0, objects.length - 10);
  return objects[from + random.below(objects.length - from)];
}
