/** The lowest UUIDv7 of a millisecond (RFC 9562 §5.7): ids of runs that were asked for then or later are not below it. */
export function lowestId(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
