import { Injectable } from '@nestjs/common';

import { compileTrust, EMPTY_TRUST, type TrustDocument, type TrustSurroundings } from '../../wpk/index.js';
import { type CurrentTrust, TrustSource } from './trust.source.js';
import { TrustStore } from './trust.store.js';
import { EnvironmentTrust } from './trust-surroundings.js';

interface Known {
  readonly revision: number;
  readonly document: TrustDocument;
  readonly surroundings: TrustSurroundings;
  readonly current: CurrentTrust;
}

/** Trust as `/v1/trust` manages it. */
@Injectable()
export class DatabaseTrustSource extends TrustSource {
  readonly isManagedHere = true;
  private known: Known | undefined;
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
    if (!this.known || (seen !== undefined && seen !== this.known.revision)) return this.refresh();
    return this.compile(this.known);
  }

  async refresh(): Promise<CurrentTrust> {
    const question = ++this.asked;
    const latest = await this.trust.latest();
    const { revision, document } = latest ?? { revision: 0, document: EMPTY_TRUST };
    // An answer that was overtaken by a later question's is older than what is known.
    if (this.known && question < this.answered) return this.compile(this.known);
    this.answered = question;
    return this.compile({ revision, document });
  }

  /** Only what is new is compiled: another revision, or another root in the environment. */
  private async compile({ revision, document }: Pick<Known, 'revision' | 'document'>): Promise<CurrentTrust> {
    const surroundings = await this.environment.now();
    const { known } = this;
    if (known?.revision === revision && known.surroundings === surroundings) return known.current;
    const current = { set: compileTrust(document, surroundings), revision };
    this.known = { revision, document, surroundings, current };
    return current;
  }
}
