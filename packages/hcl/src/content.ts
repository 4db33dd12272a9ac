import type { Attribute, Block, Body } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';

/** What a body may hold. `labels` names the labels that a block must have, in order. */
export type Schema = {
  attributes: readonly { name: string; required?: boolean }[];
  blocks: readonly { type: string; labels: readonly string[] }[];
};

export type Content = { attributes: Map<string, Attribute>; blocks: Block[]; diagnostics: Diagnostic[] };

/**
 * The body read by a schema, for both syntaxes, with a diagnostic for everything unknown, missing or mistaken.
 * `partial` lets what the schema does not name pass in silence.
 */
export function content(_body: Body, _schema: Schema, _options?: { partial?: boolean }): Content {
  throw new Error('being written');
}

/** The body as attributes of any name; blocks in it are mistakes. */
export function justAttributes(_body: Body): { attributes: Map<string, Attribute>; diagnostics: Diagnostic[] } {
  throw new Error('being written');
}
