import { type Attribute, type Block, type Body, type Scope, toJs } from '@shoal/hcl';
import type { Reading } from './context.ts';
import { readValue } from './values.ts';

/**
 * A block in a driver's or plug-in's own words, as the first HCL read it: nested blocks become lists of objects, their
 * labels further levels, repeated ones join one list; an object that is written out as an argument's value is such a list
 * too. What an expression makes stays as it is, and `dynamic` is a block like any other.
 */
export function readFreeBlock(body: Body, scope: Scope, reading: Reading): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const attribute of body.attributes.values()) {
    const value = readFreeAttribute(attribute, scope, reading);
    if (value !== undefined) result[attribute.name] = value;
  }
  for (const block of body.blocks) append(result, block, scope, reading);
  return result;
}

function readFreeAttribute(attribute: Attribute, scope: Scope, reading: Reading): unknown {
  const value = readValue(attribute, scope, reading);
  if (value === undefined) return undefined;
  return attribute.expression.kind === 'object' ? [toJs(value)] : toJs(value);
}

function append(result: Record<string, unknown>, block: Block, scope: Scope, reading: Reading): void {
  const list = Array.isArray(result[block.type]) ? (result[block.type] as unknown[]) : [];
  result[block.type] = list;
  const content: unknown = readFreeBlock(block.body, scope, reading);
  list.push(block.labels.reduceRight((inner, label) => ({ [label]: Array.isArray(inner) ? inner : [inner] }), content));
}
