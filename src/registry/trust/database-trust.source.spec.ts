import { describe, expect, it } from '@jest/globals';

import { aTrustDocument } from '../../../test/builders/trust.builder.js';
import type { TrustSurroundings } from '../../wpk/index.js';
import { DatabaseTrustSource } from './database-trust.source.js';
import { type TrustRevision, TrustStore } from './trust.store.js';
import { EnvironmentTrust } from './trust-surroundings.js';

/** A database whose answers come when the test says so, in any order. */
class SlowStore extends TrustStore {
  readonly questions: ((revision: number) => void)[] = [];

  latest(): Promise<TrustRevision> {
    return new Promise((resolve) => {
      this.questions.push((revision) => resolve(aRevision(revision)));
    });
  }

  append(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

/** An environment whose trusted root is being looked at until the test lets go. */
class SlowEnvironment extends EnvironmentTrust {
  isLooking = Promise.resolve();

  override async now(): Promise<TrustSurroundings> {
    await this.isLooking;
    return super.now();
  }
}

function aRevision(revision: number): TrustRevision {
  return { revision, document: aTrustDocument(), changedBy: 'test', changedAt: new Date() };
}

function aSource() {
  const store = new SlowStore();
  const environment = new SlowEnvironment({ cosignPublicKeys: '' });
  return { store, environment, source: new DatabaseTrustSource(store, environment) };
}

describe('DatabaseTrustSource', () => {
  it('never answers with less than was known when it was asked, whatever the order of the answers', async () => {
    const { store, environment, source } = aSource();
    const first = source.refresh();
    store.questions[0]?.(3);
    expect((await first).revision).toBe(3);

    let letGo: () => void = () => undefined;
    environment.isLooking = new Promise((resolve) => (letGo = resolve));
    const [seesFour, seesFive] = [source.current(4), source.current(5)];
    store.questions[2]?.(5);
    await new Promise(setImmediate);
    store.questions[1]?.(4);
    await new Promise(setImmediate);
    letGo();
    expect((await seesFour).revision).toBeGreaterThanOrEqual(4);
    expect((await seesFive).revision).toBe(5);
    const asked = store.questions.length;
    expect((await source.current(5)).revision).toBe(5);
    expect(store.questions).toHaveLength(asked);
  });
});
