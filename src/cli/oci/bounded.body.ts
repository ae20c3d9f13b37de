/** The body of an answer, at most `limit` bytes of it. */
export interface BoundedBody {
  readonly bytes: Buffer;
  /** Whether there was more, which was not read. */
  readonly isCut: boolean;
}

/** Counts what arrives and believes no header; a body without end costs `limit` bytes and is then hung up on. */
export async function readBounded(response: Response, limit: number): Promise<BoundedBody> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (!reader) return { bytes: Buffer.alloc(0), isCut: false };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { bytes: Buffer.concat(chunks), isCut: false };
      length += value.length;
      if (length > limit) return { bytes: Buffer.concat(chunks), isCut: true };
      chunks.push(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
