/** Every node knows where it starts: `offset` counts UTF-16 units in the source. */
type At = { readonly offset: number };

export type TextNode = At & { readonly type: 'text'; readonly text: string };
export type ActionNode = At & { readonly type: 'action'; readonly pipe: Pipeline };
export type BranchNode = At & {
  readonly type: 'if' | 'with' | 'range';
  readonly pipe: Pipeline;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[] | undefined;
};
export type TemplateNode = At & {
  readonly type: 'template';
  readonly name: string;
  readonly pipe: Pipeline | undefined;
};
export type JumpNode = At & { readonly type: 'break' | 'continue' };
export type Statement = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;

/** `$a, $b := first | second`: `assigns` is true for `=`. */
export type Pipeline = At & {
  readonly type: 'pipe';
  readonly variables: readonly string[];
  readonly assigns: boolean;
  readonly commands: readonly Command[];
};

/** A function or value with its arguments. `text` is the source, for messages. */
export type Command = At & { readonly operands: readonly Operand[]; readonly text: string };

export type IdentifierNode = At & { readonly type: 'identifier'; readonly name: string };
export type FieldNode = At & { readonly type: 'field'; readonly names: readonly string[] };
export type VariableNode = At & {
  readonly type: 'variable';
  readonly name: string;
  readonly names: readonly string[];
};
/** Fields of something that is not a name: `(pipeline).a.b`. */
export type ChainNode = At & { readonly type: 'chain'; readonly of: Operand; readonly names: readonly string[] };
export type DotNode = At & { readonly type: 'dot' };
export type NilNode = At & { readonly type: 'nil' };
/** A literal: the value is in the form that `values.ts` defines. */
export type LiteralNode = At & { readonly type: 'bool' | 'number' | 'string'; readonly value: unknown };
export type Operand =
  | IdentifierNode
  | FieldNode
  | VariableNode
  | ChainNode
  | DotNode
  | NilNode
  | LiteralNode
  | Pipeline;

/** A parsed source: its own body under its name, and everything it defines. */
export type Definitions = ReadonlyMap<string, readonly Statement[]>;
