/** For a parent process (src/dev.ts) that hands its own environment on. Everybody else reads {@link loadConfig}. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
