import { byteOf, bytesOf } from '../bytes.ts';
import { sprint } from '../format/print.ts';
import type { FunctionSet } from '../functions.ts';

/** `html`, `js`, `urlquery`: the text of all arguments, escaped. */
export const escapes: FunctionSet = {
  /** The text escaped for HTML. */
  html: { call: (...values) => escapeHtml(text(values)) },
  /** The text escaped for a string of JavaScript. */
  js: { call: (...values) => escapeJs(text(values)) },
  /** The text escaped for the query of a URL. */
  urlquery: { call: (...values) => escapeQuery(text(values)) },
};

const HTML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
  '\0': '\ufffd',
};
const JS: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"' };

function escapeHtml(value: string): string {
  return value.replace(/[<>&'"\0]/g, (char) => HTML[char] ?? char);
}

function escapeJs(value: string): string {
  return value.replace(/[\\'"<>&=]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (char) =>
    byteOf(char) === undefined ? (JS[char] ?? hexEscapes(char)) : char,
  );
}

function hexEscapes(char: string): string {
  return `\\u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function escapeQuery(value: string): string {
  return value.replace(/[^A-Za-z0-9\-._~]/gu, (char) => (char === ' ' ? '+' : percents(char)));
}

function percents(char: string): string {
  return Array.from(bytesOf(char), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** One argument that has no value prints as an action would print it. */
function text(values: readonly unknown[]): string {
  const only = values.length === 1 ? values[0] : '';
  return only === undefined || only === null ? '<no value>' : sprint(values);
}
