import type { Attribute, Block } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';

/** What a body may hold. `labels` names the labels that a block must have, in order. */
export type Schema = {
  attributes: readonly { name: string; required?: boolean }[];
  blocks: readonly BlockSchema[];
};

export type BlockSchema = { type: string; labels: readonly string[] };

export type Content = { attributes: Map<string, Attribute>; blocks: Block[]; diagnostics: Diagnostic[] };
