import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';

/** A command as completion knows it. */
export interface CompletableCommand {
  readonly name: string;
  /** Names of its own commands; only a group has some. */
  readonly members: readonly string[];
  /** Long and short flags, of a group also those of its commands. */
  readonly flags: readonly string[];
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

/** Names of commands first; behind a command its flags, else files. Everything is known beforehand: Tab starts no process. */
function bashScript(commands: readonly CompletableCommand[]): string[] {
  const names = commands.map(({ name }) => name);
  const groups = commands.filter(({ members }) => members.length > 0).map(({ name }) => name);
  return [
    '_atomctl() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" command="" word words',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    case "$word" in ${names.join('|')}) command="$word"; break ;; esac`,
    '  done',
    '  case "$command" in',
    `    "") words="${names.join(' ')}" ;;`,
    ...commands.map(({ name, members, flags }) => `    ${name}) words="${[...members, ...flags].join(' ')}" ;;`),
    '  esac',
    `  if [[ -z "$command" || "$current" == -* || " ${groups.join(' ')} " == *" \${COMP_WORDS[COMP_CWORD-1]} "* ]]; then`,
    '    COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  else',
    '    COMPREPLY=($(compgen -f -- "$current"))',
    '  fi',
    '}',
    'complete -o filenames -F _atomctl atomctl',
  ];
}
