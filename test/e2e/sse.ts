export interface ReceivedEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** Reads a whole event stream; for streams that the server ends. */
export async function readEvents(response: Response): Promise<ReceivedEvent[]> {
  const blocks = (await response.text()).split('\n\n').filter((block) => block.includes('event: '));
  return blocks.map((block) => {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const id = field('id');
    return {
      ...(id !== undefined && { id }),
      event: field('event') ?? '',
      data: JSON.parse(field('data') ?? 'null') as unknown,
    };
  });
}
