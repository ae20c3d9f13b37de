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

  constructor(
    private readonly trust: TrustStore,
    private readonly environment: EnvironmentTrust,
  ) {
    super();
  }

  async current(seen?: number): Promise<CurrentTrust> {
    if (!this.known || (seen !== undefined && seen > this.known.revision)) return this.refresh();
    return this.compiled(this.known);
  }

  async refresh(): Promise<CurrentTrust> {
    const latest = await this.trust.latest();
    return this.compiled({ revision: latest?.revision ?? 0, document: latest?.document ?? EMPTY_TRUST });
  }

  /** Compiles only what is new: another revision, or another root in the environment. */
  private async compiled({ revision, document }: Pick<Known, 'revision' | 'document'>): Promise<CurrentTrust> {
    const surroundings = await this.environment.now();
    // While this one waited, another call may have learned of a later revision; what is known never goes back.
    if (this.known && this.known.revision >= revision) {
      if (this.known.surroundings === surroundings) return this.known.current;
      ({ revision, document } = this.known);
    }
    const current = { set: compileTrust(document, surroundings), revision };
    this.known = { revision, document, surroundings, current };
    return current;
  }
}
