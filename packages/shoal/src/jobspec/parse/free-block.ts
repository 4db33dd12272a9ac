import { type Attribute, type Block, type Body, type Scope, toJs } from '@shoal/hcl';
import type { Reading } from './context.ts';
import { readValue } from './values.ts';

/**
 * A block in a driver's or plug-in's own words, as the first HCL read it: nested blocks become lists of objects, their
 * labels further levels, repeated ones join one list; an object that is written out as an argument's value is such a list
 * too. What an expression makes stays as it is, and `dynamic` is a block like any other.
 */
export function readFreeBlock(body: Body, scope: Scope, reading: Reading): Record<string, unknown> {
  const members = new Map<string, unknown>();
  for (const attribute of body.attributes.values()) {
    const value = readFreeAttribute(attribute, scope, reading);
    if (value !== undefined) members.set(attribute.name, value);
  }
  for (const block of body.blocks) append(members, block, readFreeBlock(block.body, scope, reading));
  return Object.fromEntries(members);
}

function readFreeAttribute(attribute: Attribute, scope: Scope, reading: Reading): unknown {
  const value = readValue(attribute, scope, reading);
  if (value === undefined) return undefined;
  return attribute.expression.kind === 'object' ? [toJs(value)] : toJs(value);
}

function append(members: Map<string, unknown>, block: Block, content: unknown): void {
  const before = members.get(block.type);
  const inLabels = block.labels.reduceRight((inner: unknown, label) => ({ [label]: [inner] }), content);
  members.set(block.type, [...(Array.isArray(before) ? before : []), inLabels]);
}
