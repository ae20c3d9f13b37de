const UNSTORABLE = /\0|[\ud800-\udfff]/;

/**
 * JSON text that jsonb takes: PostgreSQL refuses NUL and lone surrogates, and a pod's log may hold either. Both become
 * U+FFFD, in the names of members too.
 */
export function toStorableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'string') return storable(member);
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    const names = Object.keys(member);
    if (!names.some((name) => UNSTORABLE.test(name))) return member;
    return Object.fromEntries(Object.entries(member).map(([name, inner]) => [storable(name), inner as unknown]));
  });
}

function storable(text: string): string {
  return UNSTORABLE.test(text) ? text.toWellFormed().replaceAll('\0', '\ufffd') : text;
}
