import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';

import { Config } from '../config/config.js';

/** `payload` is undefined when notifications may have been missed (the connection was lost): look at everything again. */
export type NotificationHandler = (payload: string | undefined) => void;

const RECONNECT_MS = 500;

/** LISTEN on one connection of its own. A wake-up, never the truth: what it says is looked up in the tables. */
@Injectable()
export class Notifications implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Notifications.name);
  private readonly handlers = new Map<string, Set<NotificationHandler>>();
  private client: pg.Client | undefined;
  private closed = false;
  private reconnecting: NodeJS.Timeout | undefined;

  constructor(private readonly config: Config) {}

  onApplicationBootstrap(): Promise<void> {
    return this.connect();
  }

  /** Answers a function that ends the subscription. */
  subscribe(channel: string, handler: NotificationHandler): () => void {
    const handlers = this.handlers.get(channel) ?? new Set();
    this.handlers.set(channel, handlers);
    if (handlers.size === 0) void this.listen(this.client, channel);
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearTimeout(this.reconnecting);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.config.DATABASE_URL,
      application_name: 'atom-listen',
      keepAlive: true,
    });
    client.on('notification', ({ channel, payload }) => this.publish(channel, payload ?? ''));
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    this.client = client;
    try {
      await client.connect();
      for (const channel of this.handlers.keys()) await this.listen(client, channel);
      for (const channel of this.handlers.keys()) this.publish(channel, undefined);
    } catch {
      this.lost(client);
    }
  }

  private async listen(client: pg.Client | undefined, channel: string): Promise<void> {
    if (!client) return;
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`).catch(() => this.lost(client));
  }

  private publish(channel: string, payload: string | undefined): void {
    for (const handler of this.handlers.get(channel) ?? []) handler(payload);
  }

  private lost(client: pg.Client): void {
    if (this.closed || this.client !== client) return;
    this.client = undefined;
    this.logger.warn('The connection for notifications was lost; connecting again.');
    void client.end().catch(() => undefined);
    this.reconnecting = setTimeout(() => void this.connect(), RECONNECT_MS);
  }
}
