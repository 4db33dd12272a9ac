import { numberToText, type Value } from '@shoal/hcl';

/** A value as an expression would write it. */
export function hclValue(value: Value, indent = ''): string {
  switch (value.kind) {
    case 'unknown':
      return '(not known)';
    case 'null':
      return 'null';
    case 'bool':
      return String(value.value);
    case 'number':
      return numberToText(value.value);
    case 'string':
      return JSON.stringify(value.value).replace(/([$%])(?=\{)/g, '$1$1');
    case 'list':
    case 'set':
    case 'tuple':
      return inside(
        '[',
        ']',
        value.items.map((item) => `${hclValue(item, `${indent}  `)},`),
        indent,
      );
    case 'map':
    case 'object':
      return inside(
        '{',
        '}',
        [...value.entries].map(([key, item]) => `${keyText(key)} = ${hclValue(item, `${indent}  `)}`),
        indent,
      );
  }
}

function inside(open: string, close: string, lines: readonly string[], indent: string): string {
  if (lines.length === 0) return open + close;
  return `${open}\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}${close}`;
}

function keyText(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? key : JSON.stringify(key);
}
