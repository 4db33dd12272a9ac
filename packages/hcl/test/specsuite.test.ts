import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Body,
  convert,
  type Diagnostic,
  evaluate,
  identical,
  isFailure,
  parse,
  parseType,
  type Type,
  toJs,
  typeOf,
  typeToString,
  type Value,
} from '../src/index.ts';
import { recordingPath } from './support/recordings.ts';
import { decodeBy } from './support/specification.ts';

const folder = recordingPath('specsuite/tests');
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.t'))
  .map((file) => file.slice(0, -2))
  .sort();

function file(name: string): { body: Body; diagnostics: Diagnostic[] } {
  return parse(readFileSync(`${folder}/${name}`), name);
}

function attribute(body: Body, name: string): Value | undefined {
  const found = body.attributes.get(name);
  return found && evaluate(found.expression, { variables: new Map(), functions: new Map() }).value;
}

/** The places of the expected errors, as `[from, to]`. */
function expectedErrors({ blocks }: Body): unknown[] {
  const errors = blocks.find(({ type }) => type === 'diagnostics')?.body.blocks ?? [];
  return errors.map(({ body }) => body.blocks.map((end) => place(end.body)));
}

function place(body: Body): unknown {
  return Object.fromEntries([...body.attributes.keys()].map((name) => [name, toJs(attribute(body, name)!)]));
}

function places(diagnostics: readonly Diagnostic[]): unknown[] {
  return diagnostics.map(({ range }) => [range?.start, range?.end]);
}

function expectedType(body: Body): Type | undefined {
  const found = body.attributes.get('result_type');
  return found && parseType(found.expression).type;
}

describe('conformance suite', () => {
  it.each(names)('%s', (name) => {
    const wanted = file(`${name}.t`).body;
    const { body, diagnostics } = file(`${name}.hcl`);
    if (diagnostics.length > 0) {
      expect(places(diagnostics)).toEqual(expectedErrors(wanted));
      return;
    }
    const decoded = decodeBy(file(`${name}.hcldec`).body, body);
    const errors = places(decoded.diagnostics);
    expect(errors).toEqual(expectedErrors(wanted));
    if (errors.length > 0) return;
    const type = expectedType(wanted);
    if (type) expect(typeToString(typeOf(decoded.value))).toBe(typeToString(sorted(type)));
    const result = attribute(wanted, 'result');
    if (!result) return;
    const converted = convert(result, typeOf(decoded.value));
    expect(isFailure(converted) ? converted : identical(converted, decoded.value)).toBe(true);
  });
});

/** Types of values name their attributes in order. */
function sorted(type: Type): Type {
  if (type.kind === 'map') return { kind: 'map', element: sorted(type.element) };
  if (type.kind !== 'object') return type;
  const attributes = [...type.attributes].map(([name, inner]): [string, Type] => [name, sorted(inner)]);
  return { kind: 'object', attributes: new Map(attributes.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
