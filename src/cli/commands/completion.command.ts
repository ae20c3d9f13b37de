import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';

/** A command as completion knows it. */
export interface CompletableCommand {
  readonly name: string;
  /** Long and short flags. */
  readonly flags: readonly string[];
  /** Its own commands; only a group has some. */
  readonly members: readonly CompletableCommand[];
}

/** Prints a script for `source <(atomctl completion bash)`, or zsh in place of bash. */
export function completion(context: CommandContext, shell: string, commands: readonly CompletableCommand[]): ExitCode {
  if (shell !== 'bash' && shell !== 'zsh') {
    throw new CliError('CLI.USAGE', `there is no completion for '${shell}'; there is one for bash and one for zsh`);
  }
  const prefix = shell === 'zsh' ? ['autoload -Uz bashcompinit && bashcompinit'] : [];
  context.output.print([...prefix, ...bashScript(commands)].join('\n'));
  return exitCodes.ok;
}

/**
 * Names of commands first; behind a command its flags, else files; behind a group its commands. Everything is known beforehand:
 * Tab starts no process.
 */
export function bashScript(commands: readonly CompletableCommand[]): string[] {
  const root: CompletableCommand = { name: '', flags: [], members: commands };
  const all = placesOf(root, '');
  const groups = all.filter(({ command }) => command.members.length > 0);
  const paths = all.slice(1).map(({ path }) => `"${path}"`);
  return [
    '_atomctl() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" command="" word words group=""',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    case "$command $word" in ${paths.join('|')}) command="$command $word" ;; esac`,
    '  done',
    `  case "$command" in ${groups.map(({ path }) => `"${path}"`).join('|')}) group=yes ;; esac`,
    '  case "$command" in',
    ...all.map(({ path, command: { members, flags } }) => {
      const words = [...members.map(({ name }) => name), ...flags];
      return `    "${path}") words="${words.join(' ')}" ;;`;
    }),
    '  esac',
    '  if [[ -n "$group" || "$current" == -* ]]; then',
    '    COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  else',
    '    COMPREPLY=($(compgen -f -- "$current"))',
    '  fi',
    '}',
    'complete -o filenames -F _atomctl atomctl',
  ];
}

interface Place {
  /** Names on the way, each after a space. */
  readonly path: string;
  readonly command: CompletableCommand;
}

function placesOf(command: CompletableCommand, path: string): Place[] {
  return [{ path, command }, ...command.members.flatMap((member) => placesOf(member, `${path} ${member.name}`))];
}
