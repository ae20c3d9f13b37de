import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { Config, ConfigError } from '../../platform/config/config.js';
import { WatchedFile } from '../../platform/files/watched-file.js';
import {
  type CheckFiles,
  checkPolicy,
  compileTrust,
  readTrustFile,
  type SignedPackage,
  TrustError,
  type TrustFile,
  type TrustSet,
  type TrustSurroundings,
  WpkError,
  type WpkProblem,
} from '../../wpk/index.js';
import { type CurrentTrust, TrustSource } from './trust.source.js';
import { EnvironmentTrust } from './trust-surroundings.js';

interface InForce {
  readonly file: TrustFile;
  readonly surroundings: TrustSurroundings;
  readonly set: TrustSet;
}

/**
 * Trust from the file of TRUST_FILE, deployed like code. Every policy brings a package that it must accept and one that it must
 * refuse. A file that fails does not start the process; one that fails later is not taken, and the one before stays in force.
 * That the time of a key is over makes no file fail that was in force: a restart must not depend on the day.
 */
@Injectable()
export class FileTrustSource extends TrustSource implements OnModuleInit {
  readonly isManagedHere = false;
  private readonly logger = new Logger(FileTrustSource.name);
  private readonly file: WatchedFile<TrustFile>;
  private inForce: InForce | undefined;
  private attempt: (Pick<InForce, 'file' | 'surroundings'> & { readonly outcome: Promise<InForce> }) | undefined;
  /** The last content that was refused, so that it is complained of once. */
  private refused: unknown;

  constructor(
    private readonly environment: EnvironmentTrust,
    { TRUST_FILE = '' }: Pick<Config, 'TRUST_FILE'>,
  ) {
    super();
    this.file = new WatchedFile(TRUST_FILE, (bytes) => readTrustFile(bytes));
  }

  async onModuleInit(): Promise<void> {
    try {
      this.inForce = await this.load();
    } catch (cause) {
      throw new ConfigError(`TRUST_FILE: ${this.file.path} cannot be used.\n${explain(cause)}`, { cause });
    }
  }

  async current(): Promise<CurrentTrust> {
    try {
      this.inForce = await this.load();
      this.refused = undefined;
    } catch (error) {
      if (!this.inForce) throw error;
      if (this.refused !== error) {
        this.logger.error(`${this.file.path} is not taken, the trust before stays in force.\n${explain(error)}`);
      }
      this.refused = error;
    }
    return { set: this.inForce.set, revision: null };
  }

  refresh(): Promise<CurrentTrust> {
    return this.current();
  }

  /** Each content is tried once, whatever comes of it. */
  private async load(): Promise<InForce> {
    const [file, surroundings] = await Promise.all([this.file.value(), this.environment.now()]);
    if (this.attempt?.file !== file || this.attempt.surroundings !== surroundings) {
      this.attempt = { file, surroundings, outcome: this.tryOut(file, surroundings) };
      this.attempt.outcome.catch(() => undefined); // whoever asks is told
    }
    return this.attempt.outcome;
  }

  private async tryOut(file: TrustFile, surroundings: TrustSurroundings): Promise<InForce> {
    const set = this.compile(file, surroundings);
    const isNew = this.inForce !== undefined && this.inForce.file !== file;
    const problems = await Promise.all(
      [...file.checks].map(([policy, checks]) => this.problemsOf(policy, checks, set, isNew)),
    );
    if (problems.flat().length > 0) throw new TrustError(problems.flat());
    this.logger.log(`Trust of ${this.file.path} is in force: version ${set.version.slice(0, 12)}.`);
    return { file, surroundings, set };
  }

  private compile(file: TrustFile, surroundings: TrustSurroundings): TrustSet {
    try {
      return compileTrust(file.document, surroundings);
    } catch (error) {
      throw error instanceof TrustError ? new TrustError(file.place(error.problems), { cause: error }) : error;
    }
  }

  private async problemsOf(
    policy: string,
    { good, bad }: { readonly good: CheckFiles; readonly bad: CheckFiles },
    set: TrustSet,
    isNew: boolean,
  ): Promise<WpkProblem[]> {
    const [goodPackage, badPackage] = await Promise.all([this.signed(good), this.signed(bad)]);
    const checks = { good: goodPackage, bad: badPackage };
    const problems = await checkPolicy(policy, checks, set);
    if (problems.length > 0 && !isNew && (await checkPolicy(policy, checks, set, 'ever')).length === 0) {
      this.logger.warn(`Policy '${policy}' does not do today what its checks say.\n${textOf(problems)}`);
      return [];
    }
    return problems.map((problem) => ({ ...problem, detail: `Policy '${policy}': ${problem.detail}` }));
  }

  private async signed(files: CheckFiles): Promise<SignedPackage> {
    const read = (name: string): Promise<Buffer> => readFile(path.resolve(path.dirname(this.file.path), name));
    const texts = (kind: 'bundle' | 'signature', names: readonly string[] = []) =>
      names.map(async (name) => ({ kind, text: (await read(name)).toString('utf8') }));
    const [bytes, ...signatures] = await Promise.all([
      read(files.package),
      ...texts('bundle', files.bundles),
      ...texts('signature', files.signatures),
    ] as const);
    return { bytes, signatures };
  }
}

function explain(error: unknown): string {
  const problems = error instanceof TrustError || error instanceof WpkError ? error.problems : undefined;
  if (!problems) return error instanceof Error ? error.message : String(error);
  return textOf(problems);
}

function textOf(problems: readonly WpkProblem[]): string {
  return problems
    .map(({ pointer, detail, line, hint }) => {
      const where = line === undefined ? pointer : `line ${line} (${pointer})`;
      return `  ${where}: ${detail}${hint === undefined ? '' : ` ${hint}`}`;
    })
    .join('\n');
}
