import { isObject, type JsonObject, timestamp } from '../objects.js';
import { API_TYPES, type ApiType, type FieldType, typeOfKind } from './schema.js';

/**
 * Kubernetes clients in Go send built-in kinds as protobuf. This reads such a body into the JSON form; nothing is ever
 * written this way. Format: `k8s\0`, then `runtime.Unknown` (typeMeta = 1, raw = 2).
 * @throws RangeError for bytes that are not what they claim, or a kind that is not known
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (body.subarray(0, 4).toString('latin1') !== 'k8s\0') throw new RangeError('no Kubernetes protobuf prefix');
  const envelope = readMessage(body.subarray(4));
  const meta = readMessage(bytesOf(envelope, 1));
  const apiVersion = bytesOf(meta, 1).toString('utf8');
  const kind = bytesOf(meta, 2).toString('utf8');
  const type = API_TYPES.get(typeOfKind(apiVersion, kind)) ?? API_TYPES.get(`meta/v1.${kind}`);
  if (!type) throw new RangeError(`the simulator does not know ${apiVersion} ${kind}`);
  return { apiVersion, kind, ...decodeMessage(bytesOf(envelope, 2), type) };
}

type Wire = number | bigint | Buffer;
type Message = Map<number, Wire[]>;

function decodeMessage(bytes: Buffer, type: ApiType): JsonObject {
  const message = readMessage(bytes);
  const result: JsonObject = {};
  for (const embedded of type.embedded) {
    const inner = API_TYPES.get(embedded.type);
    if (inner) Object.assign(result, decodeMessage(bytesOf(message, embedded.number), inner));
  }
  for (const [name, field] of type.fields) {
    const wires = message.get(field.number);
    if (!wires) continue;
    const value = decodeField(wires, field);
    // A field that cannot be absent is always sent; its zero value means that nobody set it.
    if (field.isPointer || field.isList || field.isMap || !isZero(value)) result[name] = value;
  }
  return result;
}

function decodeField(wires: readonly Wire[], field: FieldType): unknown {
  if (field.isList) return wires.map((wire) => decodeValue(wire, field.type));
  const last = wires.at(-1) ?? 0;
  if (!field.isMap) return decodeValue(last, field.type);
  const entries = wires.map((wire): [string, unknown] => {
    const entry = readMessage(wire as Buffer);
    return [bytesOf(entry, 1).toString('utf8'), decodeValue(entry.get(2)?.at(-1) ?? Buffer.alloc(0), field.type)];
  });
  return Object.fromEntries(entries);
}

function decodeValue(wire: Wire, type: string): unknown {
  if (typeof wire === 'number' || typeof wire === 'bigint') {
    return type === 'bool' ? Number(wire) !== 0 : Number(BigInt.asIntN(64, BigInt(wire)));
  }
  const special = SPECIAL[type];
  if (special) return special(wire);
  const inner = API_TYPES.get(type);
  return inner ? decodeMessage(wire, inner) : wire.toString('utf8');
}

const SPECIAL: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  bytes: (bytes) => bytes.toString('base64'),
  'meta/v1.Time': decodeTime,
  'meta/v1.MicroTime': decodeTime,
  'meta/v1.FieldsV1': (bytes) => parseJson(bytesOf(readMessage(bytes), 1)),
  'runtime.RawExtension': (bytes) => parseJson(bytesOf(readMessage(bytes), 1)),
  'resource.Quantity': (bytes) => bytesOf(readMessage(bytes), 1).toString('utf8'),
  'intstr.IntOrString': (bytes) => {
    const message = readMessage(bytes);
    const isText = Number(message.get(1)?.at(-1) ?? 0) === 1;
    return isText ? bytesOf(message, 3).toString('utf8') : decodeValue(message.get(2)?.at(-1) ?? 0, 'int32');
  },
};

function decodeTime(bytes: Buffer): string | null {
  const seconds = readMessage(bytes).get(1)?.at(-1);
  return seconds === undefined ? null : timestamp(new Date(Number(seconds) * 1000));
}

function parseJson(bytes: Buffer): unknown {
  return bytes.length === 0 ? {} : (JSON.parse(bytes.toString('utf8')) as unknown);
}

function isZero(value: unknown): boolean {
  return (
    value === null ||
    value === '' ||
    value === 0 ||
    value === false ||
    (isObject(value) && Object.keys(value).length === 0)
  );
}

function bytesOf(message: Message, number: number): Buffer {
  const wire = message.get(number)?.at(-1);
  return Buffer.isBuffer(wire) ? wire : Buffer.alloc(0);
}

/** The fields of one message by number, in the order in which they came. */
function readMessage(bytes: Buffer): Message {
  const message: Message = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint has more than ten bytes');
  };
  const slice = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('a field is longer than its message');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = readWire(tag & 7, varint, slice);
    const number = tag >>> 3;
    const known = message.get(number);
    if (known) known.push(wire);
    else message.set(number, [wire]);
  }
  return message;
}

function readWire(wireType: number, varint: () => bigint, slice: (length: number) => Buffer): Wire {
  if (wireType === 0) return varint();
  if (wireType === 1) return slice(8).readDoubleLE();
  if (wireType === 2) return slice(Number(varint()));
  if (wireType === 5) return slice(4).readFloatLE();
  throw new RangeError(`wire type ${wireType} is not used by Kubernetes`);
}
