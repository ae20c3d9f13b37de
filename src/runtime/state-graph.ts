/** What may follow what: every state with the states that it may change to. A state without successors is an end. */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>;

/** A state machine as data: the guards of the SQL, the end states and the checks at boot all come from one constant. */
export class StateGraph<State extends string> {
  readonly states: readonly State[];
  readonly ends: ReadonlySet<State>;

  /** Throws when a state cannot be reached from `initial`: that is a mistake in the graph, found at boot. */
  constructor(
    readonly transitions: Transitions<State>,
    readonly initial: State,
  ) {
    this.states = Object.keys(transitions) as State[];
    this.ends = new Set(this.states.filter((state) => transitions[state].length === 0));
    const reached = this.reachable();
    const lost = this.states.filter((state) => !reached.has(state));
    if (lost.length > 0) throw new Error(`These states cannot be reached from ${initial}: ${lost.join(', ')}`);
  }

  allows(from: State, to: State): boolean {
    return this.transitions[from].includes(to);
  }

  /** The states from which `to` may be entered: the guard of every UPDATE that enters it. */
  sourcesOf(to: State): State[] {
    return this.states.filter((from) => this.allows(from, to));
  }

  private reachable(): Set<State> {
    const seen = new Set<State>([this.initial]);
    for (const state of seen) for (const next of this.transitions[state]) seen.add(next);
    return seen;
  }
}
