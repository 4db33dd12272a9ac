import { sprintf } from '../../format/printf.ts';
import { quoteString } from '../../format/quote.ts';
import type { FunctionSet } from '../../functions.ts';
import { checkSize } from '../../value-size.ts';
import { entries, items, kindOf, raw, structFields, typeName } from '../../values.ts';

const dumped = { call: (...values: readonly unknown[]) => values.map((value) => dump(value, '')).join('') };
const printed = {
  min: 1,
  params: ['string'],
  call: (format: unknown, ...values: readonly unknown[]) => sprintf(String(raw(format)), values),
} as const;

/** For looking at what a template has: each value with its types and lengths, all the way down. */
export const spewFunctions: FunctionSet = {
  /** The values with their types. */
  spew_dump: dumped,
  /** The same. */
  spew_sdump: dumped,
  /** The values in a format, as printf. */
  spew_printf: printed,
  /** The same. */
  spew_sprintf: printed,
};

function dump(value: unknown, margin: string): string {
  checkSize(value);
  return `${margin}${described(value, margin)}\n`;
}

function described(value: unknown, margin: string): string {
  const type = `(${typeName(value)})`;
  const inner = `${margin} `;
  switch (kindOf(value)) {
    case 'string':
      return `${type} (len=${Buffer.byteLength(String(raw(value)))}) ${quoteString(String(raw(value)))}`;
    case 'list':
      return block(
        `${type} (len=${items(value).length})`,
        items(value).map((item) => `${inner}${described(item, inner)}`),
        margin,
      );
    case 'map':
      return block(
        `${type} (len=${entries(value).length})`,
        entries(value).map(([key, item]) => `${inner}${described(key, inner)}: ${described(item, inner)}`),
        margin,
      );
    case 'struct':
      return block(
        type,
        structFields(value).map(([name, item]) => `${inner}${name}: ${described(item, inner)}`),
        margin,
      );
    case 'invalid':
    case 'nil':
      return '(interface {}) <nil>';
    default:
      return `${type} ${sprintf('%v', [value])}`;
  }
}

function block(head: string, lines: readonly string[], margin: string): string {
  return `${head} {\n${lines.map((line) => `${line}${line === lines.at(-1) ? '' : ','}\n`).join('')}${margin}}`;
}
