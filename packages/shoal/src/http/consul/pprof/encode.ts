import { gzipSync } from 'node:zlib';

/**
 * Profiles in pprof's format (https://github.com/google/pprof/blob/main/proto/profile.proto), which `go tool pprof`, speedscope and others read: a compressed
 * protocol buffer of samples, each a stack of locations, with texts in a table of their own.
 */
export type Frame = { readonly name: string; readonly file: string; readonly line: number };
export type Sample = {
  /** The innermost first. */
  readonly stack: readonly Frame[];
  readonly values: readonly number[];
};
export type ValueType = { readonly type: string; readonly unit: string };
export type Profile = {
  readonly types: readonly ValueType[];
  readonly samples: readonly Sample[];
  readonly period: ValueType & { readonly value: number };
  /** Unix nanoseconds; and how long it was measured. */
  readonly time: number;
  readonly duration: number;
};

export function encodePprof(profile: Profile): Buffer {
  const texts = numbered<string>();
  texts.of('', () => '');
  const functions = numbered<Buffer>(1);
  const locations = numbered<Buffer>(1);
  const text = (value: string) => texts.of(value, () => value);
  const typed = ({ type, unit }: ValueType) => message(field(1, text(type)), field(2, text(unit)));
  const functionOf = ({ name, file }: Frame) =>
    functions.of(`${name}\n${file}`, (id) =>
      message(field(1, id), field(2, text(name)), field(3, text(name)), field(4, text(file))),
    );
  const locationOf = (frame: Frame) =>
    locations.of(`${frame.name}\n${frame.file}\n${frame.line}`, (id) =>
      message(field(1, id), nested(4, message(field(1, functionOf(frame)), field(2, frame.line)))),
    );
  const samples = profile.samples.map(({ stack, values }) =>
    message(packed(1, stack.map(locationOf)), packed(2, values)),
  );
  const types = profile.types.map(typed);
  const { period } = profile;
  const periodType = typed(period);
  return gzipSync(
    message(
      ...types.map((type) => nested(1, type)),
      ...samples.map((sample) => nested(2, sample)),
      ...locations.values().map((location) => nested(4, location)),
      ...functions.values().map((one) => nested(5, one)),
      ...texts.values().map((one) => nested(6, Buffer.from(one))),
      field(9, profile.time),
      field(10, profile.duration),
      nested(11, periodType),
      field(12, period.value),
    ),
  );
}

/** Gives each key a number when it is first asked for. */
function numbered<T>(first = 0) {
  const numbers = new Map<string, number>();
  const made: T[] = [];
  return {
    of(key: string, make: (id: number) => T): number {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const id = first + made.length;
      numbers.set(key, id);
      // Its place is taken before it is made: making it may ask for others.
      made.push(undefined as T);
      made[id - first] = make(id);
      return id;
    },
    values: (): T[] => made,
  };
}

function message(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

function field(number: number, value: number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

function nested(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}

function packed(number: number, values: readonly number[]): Buffer {
  return nested(number, Buffer.concat(values.map(varint)));
}

/** Of whole numbers from 0 to 2^53. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.max(0, Math.round(value));
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
