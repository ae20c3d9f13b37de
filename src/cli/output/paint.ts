const codes = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

export type Colour = keyof typeof codes;

const colourOfWord: ReadonlyMap<string, Colour> = new Map(
  Object.entries({
    succeeded: 'green',
    allow: 'green',
    running: 'cyan',
    failed: 'red',
    deny: 'red',
    timed_out: 'red',
    rollback_failed: 'red',
    needs_attention: 'yellow',
    requireApproval: 'yellow',
    unknown: 'yellow',
    cancelled: 'yellow',
    active: 'green',
    yanked: 'yellow',
    retired: 'yellow',
    revoked: 'red',
  } as const),
);

/** Colours for one stream; without colour every method returns its text unchanged. */
export class Paint {
  constructor(private readonly enabled: boolean) {}

  text(colour: Colour, text: string): string {
    return this.enabled ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
  }

  /** A state or an outcome in the colour that people expect. */
  state(state: string): string {
    const colour = colourOfWord.get(state);
    return colour ? this.text(colour, state) : state;
  }
}

/** https://no-color.org: any non-empty NO_COLOR switches colour off; so do --no-color and a stream that is no terminal. */
export function wantsColour(choice: { asked: boolean; noColor: string | undefined; isTerminal: boolean }): boolean {
  return choice.asked && choice.isTerminal && !choice.noColor;
}
