import { ApiClient } from './api.client.js';
import { Output } from './output/output.js';
import { type Environment, type GlobalOptions, resolveSettings, type Settings, tokenWarnings } from './settings.js';

/** What every command is given. */
export interface CommandContext {
  readonly settings: Settings;
  readonly env: Environment;
  readonly output: Output;
  /** The API as the settings name it; the first call warns when the token is not safe on its way. */
  api(): ApiClient;
}

export function createContext(options: GlobalOptions, process: NodeJS.Process): CommandContext {
  const { stdout, stderr, env } = process;
  const settings = resolveSettings(options, env, { stdout: stdout.isTTY, stderr: stderr.isTTY });
  const output = new Output(settings, { stdout, stderr });
  let client: ApiClient | undefined;
  const api = (): ApiClient => {
    if (!client) for (const warning of tokenWarnings(settings)) output.warn(warning);
    return (client ??= new ApiClient(settings));
  };
  return { settings, env, output, api };
}
