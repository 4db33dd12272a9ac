import { parseChar, parseNumber, unquote } from './literals.ts';
import { nearest } from './nearest.ts';
import type { Command, Operand, Pipeline } from './nodes.ts';
import type { TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';

/** What is known where a pipeline stands. */
export type Names = {
  readonly functions: ReadonlySet<string>;
  /** Variables that are visible, the innermost last: pipelines add theirs, blocks cut them off at their end. */
  variables: string[];
};

/** Reads pipelines: `$x := value | function argument` (text/template, "Arguments", "Pipelines", "Variables"). */
export class PipelineParser {
  private readonly reader: TokenReader;
  private readonly names: Names;

  constructor(reader: TokenReader, names: Names) {
    this.reader = reader;
    this.names = names;
  }

  pipeline(context: string, end: 'right-delim' | ')'): Pipeline {
    const offset = this.reader.peekSolid().offset;
    const declared = this.declarations(context);
    const commands: Command[] = [];
    while (this.reader.peekSolid().kind !== end) commands.push(this.command());
    this.reader.nextSolid();
    this.checkStages(commands, context, this.reader.last() ?? this.reader.peek());
    return { type: 'pipe', ...declared, commands, offset };
  }

  private checkStages(commands: readonly Command[], context: string, at: Token): void {
    if (commands.length === 0) this.reader.fail(`missing value for ${context}`, at);
    for (const [index, command] of commands.slice(1).entries()) {
      const type = command.operands[0]?.type;
      if (type === 'bool' || type === 'dot' || type === 'nil' || type === 'number' || type === 'string') {
        this.reader.fail(`non executable command in pipeline stage ${index + 2}`, at, 'after a | comes a function');
      }
    }
  }

  /** `$x :=`, `$x =`, and in a range `$i, $v :=`. A variable that is only used is left for the command. */
  private declarations(context: string): { variables: readonly string[]; assigns: boolean } {
    const start = this.reader.at;
    const names: string[] = [];
    for (;;) {
      if (this.reader.peekSolid().kind !== 'variable') break;
      names.push(this.reader.nextSolid().text);
      const after = this.reader.peekSolid();
      if (after.kind === ':=' || after.kind === '=') {
        this.reader.nextSolid();
        // An assignment makes the name known as well: whether it exists is seen when it runs.
        this.names.variables.push(...names);
        return { variables: names, assigns: after.kind === '=' };
      }
      if (after.kind !== ',') break;
      if (context !== 'range' || names.length > 1) this.reader.fail(`too many declarations in ${context}`, after);
      this.reader.nextSolid();
      const second = this.reader.peekSolid().kind;
      if (second !== 'variable') this.reader.unexpected(this.reader.peekSolid(), 'range');
    }
    if (names.length > 1) this.reader.fail('range can only initialize variables', this.reader.peekSolid());
    this.reader.at = start;
    return { variables: [], assigns: false };
  }

  private command(): Command {
    const first = this.reader.peekSolid();
    const operands: Operand[] = [];
    for (;;) {
      this.reader.skipSpace();
      const operand = this.operand();
      if (operand !== undefined) operands.push(operand);
      const after = this.reader.next();
      if (after.kind === 'space') continue;
      if (after.kind === 'right-delim' || after.kind === ')') this.reader.at--;
      else if (after.kind !== '|') this.reader.unexpected(after, 'operand');
      break;
    }
    if (operands.length === 0) this.reader.fail('empty command', first);
    const text = this.reader.source.slice(first.offset, this.reader.peek().offset).replace(/[\s|]+$/, '');
    return { operands, offset: first.offset, text };
  }

  private operand(): Operand | undefined {
    const base = this.term();
    if (base === undefined || this.reader.peek().kind !== 'field') return base;
    const offset = this.reader.peek().offset;
    const names: string[] = [];
    while (this.reader.peek().kind === 'field') names.push(this.reader.next().text.slice(1));
    switch (base.type) {
      case 'field':
        return { type: 'field', names: [...base.names, ...names], offset };
      case 'variable':
        return { ...base, names, offset };
      case 'identifier':
      case 'pipe':
      case 'chain':
        return { type: 'chain', of: base, names, offset };
      default:
        return this.reader.fail(
          `unexpected . after term ${quote(this.reader.source.slice(base.offset, offset))}`,
          this.reader.peek(),
        );
    }
  }

  private term(): Operand | undefined {
    const token = this.reader.nextSolid();
    const { offset } = token;
    switch (token.kind) {
      case 'identifier':
      case 'break':
      case 'continue':
        return { type: 'identifier', name: this.functionName(token), offset };
      case 'dot':
        return { type: 'dot', offset };
      case 'nil':
        return { type: 'nil', offset };
      case 'variable':
        this.checkVariable(token.text, token);
        return { type: 'variable', name: token.text, names: [], offset };
      case 'field':
        return { type: 'field', names: [token.text.slice(1)], offset };
      case 'bool':
        return { type: 'bool', value: token.text === 'true', offset };
      case 'number':
      case 'char':
        return { type: 'number', value: this.number(token), offset };
      case 'string':
        return { type: 'string', value: this.string(token), offset };
      case 'raw-string':
        return { type: 'string', value: token.text.slice(1, -1), offset };
      case '(':
        return this.pipeline('parenthesized pipeline', ')');
      default:
        this.reader.at--;
        if (token.kind === 'error') this.reader.unexpected(token, 'command');
        if (token.kind !== 'right-delim' && token.kind !== ')' && token.kind !== '|')
          this.reader.unexpected(token, 'command');
        return undefined;
    }
  }

  private functionName(token: Token): string {
    const { functions } = this.names;
    if (functions.has(token.text)) return token.text;
    if (token.kind !== 'identifier') this.reader.unexpected(token, 'command');
    const meant = nearest(token.text, functions);
    const remedy = meant === undefined ? undefined : `did you mean ${quote(meant)}?`;
    return this.reader.fail(`function ${quote(token.text)} not defined`, token, remedy);
  }

  private checkVariable(name: string, token: Token): void {
    const { variables } = this.names;
    if (variables.includes(name)) return;
    const meant = nearest(
      name.slice(1),
      variables.map((one) => one.slice(1)),
    );
    const remedy = meant ? `did you mean "$${meant}"?` : `declare it before, with {{ ${name} := … }}`;
    this.reader.fail(`undefined variable ${quote(name)}`, token, remedy);
  }

  private number(token: Token): unknown {
    const value = token.kind === 'char' ? parseChar(token.text) : parseNumber(token.text);
    if (value === undefined) {
      const kind = token.kind === 'char' ? 'malformed character constant' : 'illegal number syntax';
      this.reader.fail(`${kind}: ${token.text}`, token);
    }
    return value;
  }

  string(token: Token): string {
    const text = unquote(token.text.slice(1, -1), '"');
    if (text === undefined) {
      return this.reader.fail(
        `invalid escape in string ${token.text}`,
        token,
        'a raw string in ` ` takes backslashes as they are',
      );
    }
    return text;
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
