/**
 * A document as something to execute. What a reader types stands in ```console blocks behind `$ `:
 *
 *     $ atomctl keygen              a comment after `#` is the shell's; a trailing `\` or a here-document continues it
 *     $ ! atomctl verify FILE …     has to fail
 *
 * Other lines of a block are what the reader sees; they are compared where the block begins with ```console output, and
 * there `…` stands for anything. Three comments prepare what a reader has already:
 *
 *     <!-- file: PATH -->           the block that follows is the content of this file
 *     <!-- run: COMMAND -->         a command that readers need not see
 *     <!-- start: SERVICE A=b -->   starts a service of the runner with these settings; again, with others instead.
 *                                   `$NAME` in one is a variable of the terminal
 */
export type DocumentStep = CommandStep | FileStep | StartStep;

export interface CommandStep {
  readonly kind: 'command';
  /** Line of the Markdown file, from 1. */
  readonly line: number;
  readonly text: string;
  readonly mustFail: boolean;
  readonly hidden: boolean;
  /** What it has to print, where the document promises that. */
  readonly output?: string;
}

export interface FileStep {
  readonly kind: 'file';
  readonly line: number;
  readonly path: string;
  readonly content: string;
}

export interface StartStep {
  readonly kind: 'start';
  readonly line: number;
  readonly service: string;
  readonly settings: Readonly<Record<string, string>>;
}

interface Block {
  readonly info: string;
  /** Line of the opening fence. */
  readonly line: number;
  readonly lines: readonly string[];
}

const DIRECTIVE = /^<!-- ([a-z]+): (.+) -->$/;
const FENCE = /^```(.*)$/;
const SHELLS = ['sh', 'bash', 'zsh', 'shell', 'shell-session', 'terminal'];

/** Throws for whatever would let a command go unexecuted: another shell's block, an unknown comment, an open block. */
export function readDocument(markdown: string): readonly DocumentStep[] {
  const lines = markdown.split('\n');
  const steps: DocumentStep[] = [];
  let file: { readonly path: string; readonly line: number } | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index]!;
    const directive = DIRECTIVE.exec(text);
    if (directive) {
      const [, name = '', value = ''] = directive;
      if (name === 'file') file = { path: value, line: index + 1 };
      else steps.push(readDirective(name, value, index + 1));
    } else if (FENCE.test(text)) {
      const block = readBlock(lines, index);
      index += block.lines.length + 1;
      if (file) steps.push({ kind: 'file', ...file, content: `${block.lines.join('\n')}\n` });
      else steps.push(...readCommands(block));
      file = undefined;
    } else if (/^\s*(```|~~~)/.test(text)) {
      throw at(index + 1, 'a block begins with ``` at the beginning of its line');
    } else if (file && text !== '') {
      throw at(file.line, 'a block has to follow the name of its file');
    }
  }
  if (file) throw at(file.line, 'a block has to follow the name of its file');
  return steps;
}

/** Does what was printed fit the text of the document, in which `…` stands for anything? */
export function outputMatches(promised: string, printed: string): boolean {
  const pattern = promised
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\n)*' : `${line.split('…').map(literally).join('.*')}\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`);
}

function readDirective(name: string, value: string, line: number): DocumentStep {
  if (name === 'run') return { kind: 'command', line, ...readText(value), hidden: true };
  if (name !== 'start') throw at(line, `"${name}" is nothing that the runner knows`);
  const [service = '', ...pairs] = value.split(/\s+/);
  const settings = pairs.map((pair) => {
    const [, key = '', text = ''] = /^([A-Z_]+)=(.*)$/.exec(pair) ?? [];
    if (key === '') throw at(line, `"${pair}" is no NAME=value`);
    return [key, text] as const;
  });
  return { kind: 'start', line, service, settings: Object.fromEntries(settings) };
}

function readBlock(lines: readonly string[], start: number): Block {
  const end = lines.indexOf('```', start + 1);
  if (end === -1) throw at(start + 1, 'the block does not end');
  return { info: FENCE.exec(lines[start]!)?.[1]?.trim() ?? '', line: start + 1, lines: lines.slice(start + 1, end) };
}

function readCommands({ info, line: fence, lines }: Block): CommandStep[] {
  const [language = '', option] = info.split(/\s+/);
  if (SHELLS.includes(language)) throw at(fence, `a block of commands is "console", not "${language}"`);
  if (language !== 'console') return [];
  if (option !== undefined && option !== 'output') throw at(fence, `"${info}" is no console block that is known`);
  const commands: { step: CommandStep; seen: string[] }[] = [];
  let open: { line: number; text: string } | undefined;
  lines.forEach((text, index) => {
    const line = fence + 1 + index;
    if (open) {
      open.text += `\n${text}`;
    } else if (text.startsWith('$ ')) {
      open = { line, text: text.slice(2) };
    } else if (commands.length === 0) {
      throw at(line, 'output before the first command');
    } else {
      commands.at(-1)?.seen.push(text);
    }
    if (!open || !isComplete(open.text)) return;
    commands.push({ step: { kind: 'command', line: open.line, ...readText(open.text), hidden: false }, seen: [] });
    open = undefined;
  });
  if (open) throw at(fence, 'the last command is not complete');
  return commands.map(({ step, seen }) => (option === 'output' ? { ...step, output: seen.join('\n') } : step));
}

/** Neither a backslash nor a here-document waits for another line. */
function isComplete(text: string): boolean {
  const lines = text.split('\n');
  const [, end] = /<<\s*['"]?(\w+)/.exec(text) ?? [];
  return end === undefined ? !text.endsWith('\\') : lines.slice(1).includes(end);
}

function readText(text: string): Pick<CommandStep, 'text' | 'mustFail'> {
  return text.startsWith('! ') ? { text: text.slice(2), mustFail: true } : { text, mustFail: false };
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function at(line: number, what: string): Error {
  return new Error(`Line ${line}: ${what}.`);
}
