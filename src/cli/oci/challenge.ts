/** What a registry asks for in WWW-Authenticate (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const start = new RegExp(`[ \\t,]*(${token})(?:[ \\t]+|$|(?=,))`, 'y');
const parameter = new RegExp(`[ \\t,]*(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y');

/** Every challenge of the header, in its order; what is no challenge ends the reading. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  for (;;) {
    const scheme = match(start, header, at);
    if (!scheme?.[1]) return challenges;
    at += scheme[0].length;
    const parameters = new Map<string, string>();
    for (let found = match(parameter, header, at); found?.[1]; found = match(parameter, header, at)) {
      at += found[0].length;
      parameters.set(found[1].toLowerCase(), found[2]?.replace(/\\(.)/g, '$1') ?? found[3] ?? '');
    }
    challenges.push({ scheme: scheme[1].toLowerCase(), parameters });
  }
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
