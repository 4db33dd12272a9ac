import type { JsonNode } from './json/parse-json.ts';
import type { Range } from './position.ts';
import type { Value } from './values.ts';

/**
 * The content of a file or block. Attributes and blocks are in the order of the source.
 * A body in JSON syntax carries `json`: there every property appears under `attributes`, and only a schema tells
 * which of them are blocks; read it through `content`.
 */
export type Body = {
  attributes: Map<string, Attribute>;
  blocks: Block[];
  range: Range;
  /** The empty range at the end, where something missing would stand. */
  endRange: Range;
  json?: JsonNode;
};

export type Attribute = { name: string; nameRange: Range; expression: Expression; range: Range };

export type Block = {
  type: string;
  typeRange: Range;
  labels: string[];
  labelRanges: Range[];
  body: Body;
  range: Range;
  openBraceRange: Range;
};

/** One step after a value: `.name`, `[key]`, or a splat with the steps that it applies to each element. */
export type Step = AttributeStep | IndexStep | SplatStep;
export type AttributeStep = { kind: 'attribute'; name: string; range: Range };
export type IndexStep = { kind: 'index'; key: Expression; range: Range };
/** `full` is `[*]`, which takes indexes along; otherwise `.*`, which takes only attributes. */
export type SplatStep = { kind: 'splat'; full: boolean; steps: Step[]; range: Range };

/** A name with the steps behind it whose keys are written out: `a.b["c"][0]`. */
export type Traversal = { root: string; rootRange: Range; steps: (AttributeStep | IndexStep)[]; range: Range };

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||';

export type Expression =
  | LiteralExpression
  | TemplateExpression
  | InterpolationExpression
  | JoinExpression
  | ReferenceExpression
  | AccessExpression
  | CallExpression
  | ConditionalExpression
  | BinaryExpression
  | UnaryExpression
  | TupleExpression
  | ObjectExpression
  | ForExpression
  | ParenthesesExpression
  | InvalidExpression;

export type LiteralExpression = { kind: 'literal'; value: Value; range: Range; text?: 'true' | 'false' | 'null' };
/**
 * A quoted string or heredoc: the parts make up one string. `jsonText` is the whole text in JSON syntax, where a text
 * is also the only way to write what is not evaluated: a type, the name of an iterator.
 */
export type TemplateExpression = { kind: 'template'; parts: Expression[]; range: Range; jsonText?: string };
/** A template that is one interpolation alone, `"${x}"`: it keeps the type of its value. */
export type InterpolationExpression = { kind: 'interpolation'; inner: Expression; range: Range };
/** A `%{ for }` directive: the results, strung together. */
export type JoinExpression = { kind: 'join'; each: ForExpression; range: Range };
/** `source` is the traversal as written; alone in an interpolation, with the blanks around it. */
export type ReferenceExpression = { kind: 'reference'; traversal: Traversal; source: string; range: Range };
export type AccessExpression = { kind: 'access'; source: Expression; steps: Step[]; range: Range };
export type CallExpression = {
  kind: 'call';
  name: string;
  nameRange: Range;
  args: Expression[];
  /** The last argument is a list whose elements are arguments: `f(list...)`. */
  expand: boolean;
  closeRange: Range;
  range: Range;
};
export type ConditionalExpression = {
  kind: 'conditional';
  condition: Expression;
  whenTrue: Expression;
  whenFalse: Expression;
  range: Range;
};
export type BinaryExpression = {
  kind: 'binary';
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
  range: Range;
};
export type UnaryExpression = { kind: 'unary'; operator: '-' | '!'; operand: Expression; range: Range };
export type TupleExpression = { kind: 'tuple'; items: Expression[]; range: Range };
export type ObjectExpression = { kind: 'object'; items: ObjectItem[]; range: Range };
/** `name` is set where the key is a bare word, which stands for itself. */
export type ObjectItem = { key: Expression; name?: string; value: Expression };
export type ForExpression = {
  kind: 'for';
  keyName?: string;
  valueName: string;
  collection: Expression;
  /** Set for the object form, `{for … : key => value}`. */
  key?: Expression;
  value: Expression;
  condition?: Expression;
  /** Values with equal keys are collected, `value...`. */
  group: boolean;
  range: Range;
};
export type ParenthesesExpression = { kind: 'parentheses'; inner: Expression; range: Range };
/** Stands where an expression could not be read; the mistake has been reported. */
export type InvalidExpression = { kind: 'invalid'; range: Range };
