import { Injectable } from '@nestjs/common';

import { compileTrust, EMPTY_TRUST, type TrustSurroundings } from '../../wpk/index.js';
import { type CurrentTrust, TrustSource } from './trust.source.js';
import { type TrustRevision, TrustStore } from './trust.store.js';
import { EnvironmentTrust } from './trust-surroundings.js';

type Stored = Pick<TrustRevision, 'revision' | 'document'>;

interface Compiled {
  readonly stored: Stored;
  readonly surroundings: TrustSurroundings;
  readonly current: CurrentTrust;
}

const NONE: Stored = { revision: 0, document: EMPTY_TRUST };

/** Trust as `/v1/trust` manages it. */
@Injectable()
export class DatabaseTrustSource extends TrustSource {
  readonly isManagedHere = true;
  private stored: Stored | undefined;
  private compiled: Compiled | undefined;
  private asked = 0;
  private answered = 0;

  constructor(
    private readonly trust: TrustStore,
    private readonly environment: EnvironmentTrust,
  ) {
    super();
  }

  /** Another revision than the known one is a reason to look, also a lower one: a database may be restored from a backup. */
  async current(seen?: number): Promise<CurrentTrust> {
    if (!this.stored || (seen !== undefined && seen !== this.stored.revision)) return this.refresh();
    return this.compile(this.stored);
  }

  async refresh(): Promise<CurrentTrust> {
    const question = ++this.asked;
    const latest = (await this.trust.latest()) ?? NONE;
    // An answer that was overtaken by a later question's is older than what is known. Kept at once: whoever asks while this
    // one is being compiled must not be told of the one before.
    if (!this.stored || question > this.answered) {
      this.answered = question;
      this.stored = latest.revision === this.stored?.revision ? this.stored : latest;
    }
    return this.compile(this.stored);
  }

  /** Only what is new is compiled: another revision, or another root in the environment. */
  private async compile(stored: Stored): Promise<CurrentTrust> {
    const surroundings = await this.environment.now();
    const { compiled } = this;
    if (compiled?.stored === stored && compiled.surroundings === surroundings) return compiled.current;
    const current = { set: compileTrust(stored.document, surroundings), revision: stored.revision };
    this.compiled = { stored, surroundings, current };
    return current;
  }
}
