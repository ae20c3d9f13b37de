import type { IncomingMessage } from 'node:http';

import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';

import { Config } from '../config/config.js';

const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["x-vault-token"]',
  'res.headers["set-cookie"]',
];
const QUIET = ['/health', '/metrics', '/docs'];

/** Structured JSON logs: one line a request, with its id; headers that carry a secret are cut out. */
export function loggingModule(process: 'api' | 'worker'): DynamicModule {
  return LoggerModule.forRootAsync({
    inject: [Config],
    useFactory: (config: Config) => ({
      pinoHttp: {
        level: config.LOG_LEVEL,
        base: { process },
        redact: { paths: REDACTED, censor: '[redacted]' },
        genReqId: (req) => req.id,
        autoLogging: { ignore: (req: IncomingMessage) => QUIET.some((path) => req.url?.startsWith(path)) },
        customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'error' : 'info'),
        serializers: {
          req: (req: { id: unknown; method: string; url: string }) => ({
            id: req.id,
            method: req.method,
            url: req.url,
          }),
          res: (res: { statusCode: number }) => ({ statusCode: res.statusCode }),
        },
      },
    }),
  });
}
