import type { Range } from '../position.ts';
import type { Value } from '../values.ts';

/** JSON with the places of everything in it. Equal keys are all kept, in the order of the text. */
export type JsonNode =
  | { kind: 'scalar'; value: Value; range: Range }
  | { kind: 'string'; text: string; range: Range }
  | { kind: 'array'; items: JsonNode[]; range: Range }
  | { kind: 'object'; properties: JsonProperty[]; range: Range; openRange: Range; closeRange: Range };

export type JsonProperty = { name: string; nameRange: Range; value: JsonNode };
