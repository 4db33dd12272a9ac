import { durationRemedy, MILLISECOND, parseDuration, SECOND } from '../duration.ts';
import { type DocumentNode, plainObject, toPlain } from './document.ts';
import type { ValueKind } from './fields.ts';

/** A value of the wanted kind, or what was wanted instead. */
export type ReadValue = { readonly value: unknown } | { readonly wanted: string; readonly remedy?: string };

/** Values are taken as generously as the peers do: "8500" is a number, one text a list of one. */
export function readValue(kind: ValueKind, node: DocumentNode): ReadValue {
  switch (kind) {
    case 'text':
      return readText(node);
    case 'integer':
      return readNumber(node, Number.isInteger, 'a whole number');
    case 'number':
      return readNumber(node, Number.isFinite, 'a number');
    case 'flag':
      return readFlag(node);
    case 'duration':
      return readDuration(node, MILLISECOND);
    case 'seconds':
      return readDuration(node, SECOND);
    case 'texts':
      return readTexts(node);
    case 'map':
      return readMap(node, readText);
    case 'secondsMap':
      return readMap(node, (item) => readDuration(item, SECOND));
    case 'free':
      return node.kind === 'object' ? { value: plainObject(node) } : { wanted: 'a block' };
  }
}

/** What stands there instead, for messages. */
export function describeNode(node: DocumentNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'object') return 'a block';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? `the text ${JSON.stringify(node.value)}` : `${node.value}`;
}

function readText(node: DocumentNode): ReadValue {
  const value = scalar(node);
  return value === undefined ? { wanted: 'a text' } : { value: String(value) };
}

function readNumber(node: DocumentNode, fits: (value: number) => boolean, wanted: string): ReadValue {
  const value = scalar(node);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && fits(number) ? { value: number } : { wanted };
}

function readFlag(node: DocumentNode): ReadValue {
  const value = scalar(node);
  if (typeof value === 'boolean') return { value };
  const written = { true: true, '1': true, false: false, '0': false }[String(value).toLowerCase()];
  return written === undefined ? { wanted: 'true or false' } : { value: written };
}

function readDuration(node: DocumentNode, unit: number): ReadValue {
  const value = scalar(node);
  const wanted = 'a duration, such as "30s"';
  if (typeof value !== 'string') return { wanted };
  const nanoseconds = parseDuration(value.trim());
  if (nanoseconds === undefined) return { wanted, remedy: durationRemedy(value) };
  return { value: Math.floor(nanoseconds / unit) };
}

function readTexts(node: DocumentNode): ReadValue {
  const items = node.kind === 'list' ? node.items : [node];
  const texts = items.map(scalar);
  if (texts.includes(undefined)) return { wanted: 'a list of texts' };
  return { value: texts.map(String) };
}

function readMap(node: DocumentNode, read: (item: DocumentNode) => ReadValue): ReadValue {
  const objects = node.kind === 'list' ? node.items : [node];
  const values: Record<string, unknown> = {};
  for (const object of objects) {
    if (object.kind !== 'object') return { wanted: 'a block of names and values' };
    for (const entry of object.entries) {
      const result = read(entry.node);
      if ('wanted' in result) return { ...result, wanted: `${result.wanted} at "${entry.name}"` };
      values[entry.name] = result.value;
    }
  }
  return { value: values };
}

function scalar(node: DocumentNode): string | number | boolean | undefined {
  const value = toPlain(node);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
