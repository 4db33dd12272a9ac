import type { Attribute, Block } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';

/**
 * What a body may hold. `labels` names the labels that a block must have, in order. `elsewhere` knows what to do about a
 * name that has no place here, but has one in other bodies.
 */
export type Schema = {
  attributes: readonly { name: string; required?: boolean }[];
  blocks: readonly BlockSchema[];
  elsewhere?: (name: string, kind: 'argument' | 'block') => string | undefined;
};

export type BlockSchema = { type: string; labels: readonly string[] };

export type Content = { attributes: Map<string, Attribute>; blocks: Block[]; diagnostics: Diagnostic[] };
