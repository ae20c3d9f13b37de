import net from 'node:net';

import { DevRefusal } from './dev.options.js';

/** The port of a process that is about to start: refuses one that is taken, picks a free one for 0. */
export async function claimPort(variable: string, port: number, host: string): Promise<number> {
  const probe = net.createServer();
  try {
    return await new Promise<number>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(port, host, () => resolve((probe.address() as net.AddressInfo).port));
    });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${message})`;
    throw new DevRefusal(
      `Port ${port} ${why}: stop that program, or choose another port with ${variable}=${port + 1} npm run quickstart`,
      { cause },
    );
  } finally {
    await new Promise((resolve) => probe.close(resolve));
  }
}
