/** `malformed`: not a patch of its type (400). `unappliable`: a patch that this object cannot take (422). */
export class PatchError extends Error {
  override readonly name = 'PatchError';

  constructor(
    readonly code: 'malformed' | 'unappliable',
    message: string,
  ) {
    super(message);
  }
}
