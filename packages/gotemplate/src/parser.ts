import type { TemplatePlace } from './errors.ts';
import { TemplateError } from './errors.ts';
import { type Delimiters, tokenize } from './lexer.ts';
import { parseChar, parseNumber, unquote } from './literals.ts';
import type { BranchNode, Command, Operand, Pipeline, Statement } from './nodes.ts';
import type { Token, TokenKind } from './tokens.ts';

export type ParseOptions = {
  readonly name: string;
  readonly delimiters: Delimiters;
  /** Names that may be called. */
  readonly functions: ReadonlySet<string>;
};

/** Where a list of statements ended: `{{end}}`, `{{else …}}` or the end of the source. */
type Stop = 'end' | 'else' | 'eof';

/**
 * Reads a template and all that it defines (text/template, "Actions", "Nested template definitions").
 * The body of the source itself is under `options.name`.
 *
 * @throws TemplateError with phase `parse`
 */
export function parse(source: string, options: ParseOptions): Map<string, readonly Statement[]> {
  return new Parser(source, options).run();
}

class Parser {
  private readonly source: string;
  private readonly options: ParseOptions;
  private readonly tokens: readonly Token[];
  private readonly definitions = new Map<string, readonly Statement[]>();
  private at = 0;
  private variables: string[] = ['$'];
  private rangeDepth = 0;

  constructor(source: string, options: ParseOptions) {
    this.source = source;
    this.options = options;
    this.tokens = tokenize(source, options.delimiters);
  }

  run(): Map<string, readonly Statement[]> {
    const body: Statement[] = [];
    while (this.peek().kind !== 'eof') {
      if (this.startsDefine()) this.define();
      else this.topLevel(body);
    }
    this.add(this.options.name, body, this.peek());
    return this.definitions;
  }

  private topLevel(body: Statement[]): void {
    const start = this.peek();
    const { statement, stop } = this.statement();
    if (stop !== undefined) this.fail(`unexpected {{${stop}}}`, start);
    if (statement !== undefined) body.push(statement);
  }

  private startsDefine(): boolean {
    if (this.peek().kind !== 'left-delim') return false;
    const next = this.tokens[this.at + 1];
    const word = next?.kind === 'space' ? this.tokens[this.at + 2] : next;
    return word?.kind === 'define';
  }

  private define(): void {
    this.next();
    this.nextSolid();
    const name = this.templateName(this.nextSolid(), 'define clause');
    this.expect('right-delim', 'define clause');
    this.definition(name);
  }

  /** Reads a body up to its `{{end}}`, in a scope of its own, and keeps it under `name`. */
  private definition(name: string): void {
    const outer = { variables: this.variables, rangeDepth: this.rangeDepth };
    this.variables = ['$'];
    this.rangeDepth = 0;
    const { body, stop, last } = this.list();
    if (stop !== 'end') this.fail(stop === 'eof' ? 'unexpected EOF' : 'unexpected {{else}} in define clause', last);
    this.variables = outer.variables;
    this.rangeDepth = outer.rangeDepth;
    this.add(name, body, last);
  }

  private add(name: string, body: readonly Statement[], at: Token): void {
    const known = this.definitions.get(name);
    if (known !== undefined && !isEmpty(known)) {
      if (isEmpty(body)) return;
      this.fail(`multiple definition of template ${quote(name)}`, at, 'give one of them another name');
    }
    this.definitions.set(name, body);
  }

  private list(): { body: Statement[]; stop: Stop; last: Token } {
    const body: Statement[] = [];
    for (;;) {
      const last = this.peek();
      if (last.kind === 'eof') return { body, stop: 'eof', last };
      const { statement, stop } = this.statement();
      if (stop !== undefined) return { body, stop, last };
      if (statement !== undefined) body.push(statement);
    }
  }

  private statement(): { statement?: Statement; stop?: Stop } {
    const token = this.nextSolid(false);
    if (token.kind === 'text') return { statement: { type: 'text', text: token.text, offset: token.offset } };
    if (token.kind !== 'left-delim') this.unexpected(token, 'input');
    const first = this.peekSolid();
    switch (first.kind) {
      case 'end':
        this.nextSolid();
        this.expect('right-delim', 'end');
        return { stop: 'end' };
      case 'else':
        this.nextSolid();
        if (this.peekSolid().kind !== 'if') this.expect('right-delim', 'else');
        return { stop: 'else' };
      case 'if':
      case 'with':
      case 'range':
        this.nextSolid();
        return { statement: this.branch(first.kind, first) };
      case 'template':
        return { statement: this.templateCall(this.nextSolid()) };
      case 'block':
        return { statement: this.block(this.nextSolid()) };
      case 'break':
      case 'continue':
        if (!this.options.functions.has(first.kind)) return { statement: this.jump(first.kind, this.nextSolid()) };
        break;
      default:
    }
    const pipe = this.pipeline('command', 'right-delim');
    return { statement: { type: 'action', pipe, offset: pipe.offset } };
  }

  private branch(type: BranchNode['type'], keyword: Token): BranchNode {
    const depth = this.variables.length;
    const pipe = this.pipeline(type, 'right-delim');
    if (type === 'range') this.rangeDepth++;
    const main = this.list();
    if (type === 'range') this.rangeDepth--;
    if (main.stop === 'eof') this.fail('unexpected EOF', main.last, `end the {{${type}}} with {{end}}`);
    const otherwise = main.stop === 'else' ? this.otherwise(type) : undefined;
    this.variables.length = depth;
    return { type, pipe, body: main.body, otherwise, offset: keyword.offset };
  }

  /** What follows `{{else}}`; `{{else if …}}` is a nested `if` that shares the `{{end}}`. */
  private otherwise(type: BranchNode['type']): readonly Statement[] {
    const next = this.peekSolid();
    if (next.kind === 'if' && this.tokens[this.at - 1]?.kind !== 'right-delim') {
      if (type !== 'if') this.unexpected(next, 'else');
      this.nextSolid();
      return [this.branch('if', next)];
    }
    const { body, stop, last } = this.list();
    if (stop === 'else') this.fail('expected end; found {{else}}', last);
    if (stop === 'eof') this.fail('unexpected EOF', last, `end the {{${type}}} with {{end}}`);
    return body;
  }

  private templateCall(keyword: Token): Statement {
    const name = this.templateName(this.nextSolid(), 'template clause');
    if (this.peekSolid().kind === 'right-delim') {
      this.nextSolid();
      return { type: 'template', name, pipe: undefined, offset: keyword.offset };
    }
    const pipe = this.pipeline('template clause', 'right-delim');
    return { type: 'template', name, pipe, offset: keyword.offset };
  }

  private block(keyword: Token): Statement {
    const name = this.templateName(this.nextSolid(), 'block clause');
    const pipe = this.pipeline('block clause', 'right-delim');
    this.definition(name);
    return { type: 'template', name, pipe, offset: keyword.offset };
  }

  private jump(type: 'break' | 'continue', token: Token): Statement {
    const end = this.nextSolid();
    if (end.kind !== 'right-delim') this.unexpected(end, `{{${type}}}`);
    if (this.rangeDepth === 0) this.fail(`{{${type}}} outside {{range}}`, token);
    return { type, offset: token.offset };
  }

  private templateName(token: Token, context: string): string {
    if (token.kind === 'raw-string') return token.text.slice(1, -1);
    if (token.kind !== 'string') this.unexpected(token, context);
    return this.string(token);
  }

  private pipeline(context: string, end: 'right-delim' | ')'): Pipeline {
    const offset = this.peekSolid().offset;
    const declared = this.declarations(context);
    const commands: Command[] = [];
    while (this.peekSolid().kind !== end) commands.push(this.command());
    this.nextSolid();
    this.checkStages(commands, context, this.tokens[this.at - 1] ?? this.peek());
    return { type: 'pipe', ...declared, commands, offset };
  }

  private checkStages(commands: readonly Command[], context: string, at: Token): void {
    if (commands.length === 0) this.fail(`missing value for ${context}`, at);
    for (const [index, command] of commands.slice(1).entries()) {
      const type = command.operands[0]?.type;
      if (type === 'bool' || type === 'dot' || type === 'nil' || type === 'number' || type === 'string') {
        this.fail(`non executable command in pipeline stage ${index + 2}`, at, 'after a | comes a function');
      }
    }
  }

  /** `$x :=`, `$x =`, and in a range `$i, $v :=`. A variable that is only used is left for the command. */
  private declarations(context: string): { variables: readonly string[]; assigns: boolean } {
    const start = this.at;
    const names: string[] = [];
    for (;;) {
      if (this.peekSolid().kind !== 'variable') break;
      names.push(this.nextSolid().text);
      const after = this.peekSolid();
      if (after.kind === ':=' || after.kind === '=') {
        this.nextSolid();
        // An assignment makes the name known as well: whether it exists is seen when it runs.
        this.variables.push(...names);
        return { variables: names, assigns: after.kind === '=' };
      }
      if (after.kind !== ',') break;
      if (context !== 'range' || names.length > 1) this.fail(`too many declarations in ${context}`, after);
      this.nextSolid();
      const second = this.peekSolid().kind;
      if (second !== 'variable') this.unexpected(this.peekSolid(), 'range');
    }
    if (names.length > 1) this.fail('range can only initialize variables', this.peekSolid());
    this.at = start;
    return { variables: [], assigns: false };
  }

  private command(): Command {
    const first = this.peekSolid();
    const operands: Operand[] = [];
    for (;;) {
      this.skipSpace();
      const operand = this.operand();
      if (operand !== undefined) operands.push(operand);
      const after = this.next();
      if (after.kind === 'space') continue;
      if (after.kind === 'right-delim' || after.kind === ')') this.at--;
      else if (after.kind !== '|') this.unexpected(after, 'operand');
      break;
    }
    if (operands.length === 0) this.fail('empty command', first);
    const text = this.source.slice(first.offset, this.tokens[this.at]?.offset ?? undefined).replace(/[\s|]+$/, '');
    return { operands, offset: first.offset, text };
  }

  private operand(): Operand | undefined {
    const base = this.term();
    if (base === undefined || this.peek().kind !== 'field') return base;
    const offset = this.peek().offset;
    const names: string[] = [];
    while (this.peek().kind === 'field') names.push(this.next().text.slice(1));
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
        return this.fail(`unexpected . after term ${quote(this.source.slice(base.offset, offset))}`, this.peek());
    }
  }

  private term(): Operand | undefined {
    const token = this.nextSolid();
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
        this.at--;
        if (token.kind === 'error') this.unexpected(token, 'command');
        if (token.kind !== 'right-delim' && token.kind !== ')' && token.kind !== '|') this.unexpected(token, 'command');
        return undefined;
    }
  }

  private functionName(token: Token): string {
    const { functions } = this.options;
    if (functions.has(token.text)) return token.text;
    if (token.kind !== 'identifier') this.unexpected(token, 'command');
    const like = [...functions].find((name) => name.toLowerCase() === token.text.toLowerCase());
    const remedy = like === undefined ? undefined : `did you mean ${quote(like)}?`;
    return this.fail(`function ${quote(token.text)} not defined`, token, remedy);
  }

  private checkVariable(name: string, token: Token): void {
    if (this.variables.includes(name)) return;
    this.fail(`undefined variable ${quote(name)}`, token, `declare it before, with {{ ${name} := … }}`);
  }

  private number(token: Token): unknown {
    const value = token.kind === 'char' ? parseChar(token.text) : parseNumber(token.text);
    if (value === undefined) {
      const kind = token.kind === 'char' ? 'malformed character constant' : 'illegal number syntax';
      this.fail(`${kind}: ${token.text}`, token);
    }
    return value;
  }

  private string(token: Token): string {
    const text = unquote(token.text.slice(1, -1), '"');
    if (text === undefined) {
      return this.fail(
        `invalid escape in string ${token.text}`,
        token,
        'a raw string in ` ` takes backslashes as they are',
      );
    }
    return text;
  }

  private expect(kind: TokenKind, context: string): void {
    const token = this.nextSolid();
    if (token.kind !== kind) this.unexpected(token, context);
  }

  private peek(): Token {
    const token = this.tokens[this.at] ?? this.tokens.at(-1);
    if (token === undefined) throw new Error('the lexer gave no token');
    return token;
  }

  private next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  private skipSpace(): void {
    while (this.peek().kind === 'space') this.at++;
  }

  private peekSolid(): Token {
    const start = this.at;
    this.skipSpace();
    const token = this.peek();
    this.at = start;
    return token;
  }

  private nextSolid(skip = true): Token {
    if (skip) this.skipSpace();
    return this.next();
  }

  private unexpected(token: Token, context: string): never {
    if (token.kind === 'error') this.fail(token.text, token);
    if (token.kind === 'eof') this.fail('unexpected EOF', token);
    const name = token.kind === 'right-delim' ? quote(this.options.delimiters.right) : `<${token.text}>`;
    return this.fail(`unexpected ${name} in ${context}`, token);
  }

  private fail(reason: string, token: Token, remedy?: string): never {
    const lineStart = this.source.lastIndexOf('\n', token.offset - 1) + 1;
    const column = Buffer.byteLength(this.source.slice(lineStart, token.offset));
    const place: TemplatePlace = { name: this.options.name, line: token.line, column };
    throw new TemplateError('parse', place, reason, { remedy });
  }
}

function isEmpty(body: readonly Statement[]): boolean {
  return body.every((node) => node.type === 'text' && node.text.trim() === '');
}

function quote(text: string): string {
  return JSON.stringify(text);
}
