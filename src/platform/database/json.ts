const UNSTORABLE = /\0|[\ud800-\udfff]/;

/**
 * JSON text that jsonb takes: PostgreSQL refuses NUL and lone surrogates, and a pod's log may hold either. Both become
 * U+FFFD.
 */
export function toStorableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'string' && UNSTORABLE.test(member) ? member.toWellFormed().replaceAll('\0', '\ufffd') : member,
  );
}
