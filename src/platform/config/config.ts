import { readFileSync } from 'node:fs';

import { plainToInstance, Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength, validateSync } from 'class-validator';

export type QueueBackend = 'redis' | 'postgres';
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where an engine or a login is mounted in Vault, such as `transit` or `teams/a/transit`. */
const VAULT_MOUNT = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*\/?$/;

const toInt = Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value));

/**
 * Everything that Atom reads from its environment, under the variables' own names. `.env.example` documents them.
 * This folder is the only place where `process.env` is read.
 */
export class Environment {
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_tld: false, require_protocol: true })
  DATABASE_URL!: string;

  /** Connections that one process keeps for its own statements. */
  @toInt
  @IsInt()
  @Min(2)
  @Max(200)
  DATABASE_POOL = 10;

  @IsOptional()
  @IsIn(['redis', 'postgres'])
  QUEUE_BACKEND?: QueueBackend;

  @IsOptional()
  @IsUrl({ protocols: ['redis', 'rediss'], require_tld: false, require_protocol: true })
  REDIS_URL?: string;

  @IsString()
  HOST = '127.0.0.1';

  @toInt
  @IsInt()
  @Min(0)
  @Max(65535)
  PORT = 8000;

  @toInt
  @IsInt()
  @Min(0)
  @Max(65535)
  WORKER_PORT = 4000;

  @IsIn(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  /** PEM text; several blocks are several keys. */
  @IsOptional()
  @IsString()
  COSIGN_PUBLIC_KEY?: string;

  @IsOptional()
  @IsString()
  COSIGN_PUBLIC_KEY_PATH?: string;

  /** Path of a trust file; then `/v1/trust` only shows what it says. */
  @IsOptional()
  @IsString()
  TRUST_FILE?: string;

  /** Path of a Sigstore trusted_root.json: certificate authorities and logs for keyless signatures and log entries. */
  @IsOptional()
  @IsString()
  TRUSTED_ROOT_PATH?: string;

  /** Address of Vault or OpenBao; with it goes one way to log in: a token, an AppRole or a Kubernetes role. */
  @IsOptional()
  @IsUrl({
    protocols: ['http', 'https'],
    require_tld: false,
    require_protocol: true,
    disallow_auth: true,
    allow_query_components: false,
    allow_fragments: false,
  })
  VAULT_ADDR?: string;

  /** Path of a PEM file: the only authorities that may vouch for VAULT_ADDR. */
  @IsOptional()
  @IsString()
  VAULT_CACERT?: string;

  @IsOptional()
  @Matches(VAULT_MOUNT)
  VAULT_NAMESPACE?: string;

  @IsOptional()
  @IsString()
  VAULT_TOKEN?: string;

  /** Like every file with a credential, it is read again at each login. */
  @IsOptional()
  @IsString()
  VAULT_TOKEN_FILE?: string;

  @IsOptional()
  @IsString()
  VAULT_ROLE_ID?: string;

  @IsOptional()
  @IsString()
  VAULT_SECRET_ID?: string;

  @IsOptional()
  @IsString()
  VAULT_SECRET_ID_FILE?: string;

  @IsOptional()
  @IsString()
  VAULT_KUBERNETES_ROLE?: string;

  @IsString()
  VAULT_KUBERNETES_TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

  /** Default: `approle` or `kubernetes`, after the way to log in. */
  @IsOptional()
  @Matches(VAULT_MOUNT)
  VAULT_AUTH_MOUNT?: string;

  @Matches(VAULT_MOUNT)
  VAULT_TRANSIT_MOUNT = 'transit';

  /** Name of the key with which the registry signs; absent: it does not sign. */
  @IsOptional()
  @Matches(/^\w(?:[\w.-]*\w)?$/)
  VAULT_TRANSIT_KEY?: string;

  /** Runs that one worker executes at the same time. */
  @toInt
  @IsInt()
  @Min(1)
  @Max(1000)
  MAX_CONCURRENT_EXECUTIONS = 10;

  /** Seconds: no run takes longer, whatever its package says. */
  @toInt
  @IsInt()
  @Min(1)
  @Max(604_800)
  EXECUTION_TIMEOUT = 3600;

  /** Path of a kubeconfig file; absent inside a cluster, where the pod's service account is used. */
  @IsOptional()
  @IsString()
  KUBECONFIG?: string;

  @IsOptional()
  @IsString()
  @MinLength(20)
  ATOM_BOOTSTRAP_TOKEN?: string;

  /** Milliseconds that a worker owns a run after its last heartbeat. */
  @toInt
  @IsInt()
  @Min(500)
  @Max(600_000)
  RUN_LEASE_MS = 60_000;

  /** Milliseconds between two looks of the reconciler. */
  @toInt
  @IsInt()
  @Min(100)
  @Max(600_000)
  RECONCILE_INTERVAL_MS = 15_000;

  /** Milliseconds that a process may take to end after SIGTERM; keep it below the pod's grace period. */
  @toInt
  @IsInt()
  @Min(100)
  @Max(3_600_000)
  SHUTDOWN_TIMEOUT_MS = 30_000;
}

/** The environment, checked, with what follows from it. Injected as a whole; modules read the fields that they need. */
export class Config extends Environment {
  readonly queueBackend: QueueBackend;
  readonly redisUrl: string;
  /** PEM text of every trusted key; empty when none is configured: then every signature is refused. */
  readonly cosignPublicKeys: string;

  constructor(environment: Environment) {
    super();
    Object.assign(this, environment);
    this.queueBackend = environment.QUEUE_BACKEND ?? (environment.REDIS_URL ? 'redis' : 'postgres');
    this.redisUrl = environment.REDIS_URL ?? 'redis://127.0.0.1:6379';
    const file = environment.COSIGN_PUBLIC_KEY_PATH;
    this.cosignPublicKeys = [environment.COSIGN_PUBLIC_KEY ?? '', file ? readFileSync(file, 'utf8') : '']
      .join('\n')
      .trim();
  }
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Throws {@link ConfigError} naming every variable that is missing or wrong; values are not repeated, they may be secrets. */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  // A variable that is set but empty counts as absent: compose files and charts produce those.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  const errors = validateSync(environment, { forbidUnknownValues: true });
  if (errors.length > 0) {
    const lines = errors.map((e) => `  ${e.property}: ${Object.values(e.constraints ?? {}).join('; ')}`);
    throw new ConfigError(
      `The configuration is not usable:\n${lines.join('\n')}\nSee .env.example for every variable.`,
    );
  }
  try {
    return new Config(environment);
  } catch (cause) {
    const path = environment.COSIGN_PUBLIC_KEY_PATH ?? '';
    throw new ConfigError(`COSIGN_PUBLIC_KEY_PATH: the file ${path} cannot be read.`, { cause });
  }
}
