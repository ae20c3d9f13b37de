import { readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly from: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** As much of the Dockerfile's language as ours uses. https://docs.docker.com/reference/dockerfile/ */
export function readDockerfile(): readonly Stage[] {
  const lines = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  const stages: { from: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`not an instruction: ${line}`);
    const [, from, alias] = /^(\S+)(?: AS (\S+))?$/.exec(name === 'FROM' ? text : '') ?? [];
    if (from !== undefined) stages.push({ from, name: alias, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text });
  }
  return stages;
}

/** The values of one instruction in a stage, in order. */
export function all(stage: Stage, name: string): readonly string[] {
  return stage.instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

export function copies(stage: Stage): readonly Copy[] {
  return all(stage, 'COPY').map((text) => {
    const [, from, rest = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(text) ?? [];
    const words = rest.split(' ');
    return { from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
  });
}

/** The stage that becomes the image. */
export function lastStage(): Stage {
  const stage = readDockerfile().at(-1);
  if (stage === undefined) throw new Error('The Dockerfile has no stage.');
  return stage;
}

export function stageNamed(name: string): Stage {
  const stage = readDockerfile().find((one) => one.name === name);
  if (stage === undefined) throw new Error(`The Dockerfile has no stage "${name}".`);
  return stage;
}
