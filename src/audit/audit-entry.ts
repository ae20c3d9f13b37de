/** What was done, by whom, to what. Values of secrets, tokens and whole requests never belong in it. */
export interface NewAuditEntry {
  /** Name of the principal. */
  readonly actor: string;
  /** `noun.verb`, such as `trust-key.revoke`. */
  readonly action: string;
  /** Path of the thing in the API below /v1, such as `trust/keys/team-a`. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AuditEntry extends NewAuditEntry {
  /** Ascending in the order of writing; gaps say nothing. */
  readonly seq: string;
  /** Database time. */
  readonly at: Date;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
}
