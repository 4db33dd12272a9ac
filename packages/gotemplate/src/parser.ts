import type { Delimiters } from './lexer.ts';
import type { BranchNode, Statement } from './nodes.ts';
import { type Names, PipelineParser } from './pipeline-parser.ts';
import { TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';

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
  private readonly name: string;
  private readonly names: Names;
  private readonly reader: TokenReader;
  private readonly pipelines: PipelineParser;
  private readonly definitions = new Map<string, readonly Statement[]>();
  private rangeDepth = 0;

  constructor(source: string, options: ParseOptions) {
    this.name = options.name;
    this.names = { functions: options.functions, variables: ['$'] };
    this.reader = new TokenReader(source, options.name, options.delimiters);
    this.pipelines = new PipelineParser(this.reader, this.names);
  }

  run(): Map<string, readonly Statement[]> {
    const body: Statement[] = [];
    while (this.reader.peek().kind !== 'eof') {
      if (this.startsDefine()) this.define();
      else this.topLevel(body);
    }
    this.add(this.name, body, this.reader.peek());
    return this.definitions;
  }

  private topLevel(body: Statement[]): void {
    const start = this.reader.peek();
    const { statement, stop } = this.statement();
    if (stop !== undefined) this.reader.fail(`unexpected {{${stop}}}`, start);
    if (statement !== undefined) body.push(statement);
  }

  private startsDefine(): boolean {
    if (this.reader.peek().kind !== 'left-delim') return false;
    const start = this.reader.at;
    this.reader.next();
    const defines = this.reader.peekSolid().kind === 'define';
    this.reader.at = start;
    return defines;
  }

  private define(): void {
    this.reader.next();
    this.reader.nextSolid();
    const name = this.templateName(this.reader.nextSolid(), 'define clause');
    this.reader.expect('right-delim', 'define clause');
    this.definition(name);
  }

  /** Reads a body up to its `{{end}}`, in a scope of its own, and keeps it under `name`. */
  private definition(name: string): void {
    const outer = { variables: this.names.variables, rangeDepth: this.rangeDepth };
    this.names.variables = ['$'];
    this.rangeDepth = 0;
    const { body, stop, last } = this.list();
    if (stop !== 'end')
      this.reader.fail(stop === 'eof' ? 'unexpected EOF' : 'unexpected {{else}} in define clause', last);
    this.names.variables = outer.variables;
    this.rangeDepth = outer.rangeDepth;
    this.add(name, body, last);
  }

  private add(name: string, body: readonly Statement[], at: Token): void {
    const known = this.definitions.get(name);
    if (known !== undefined && !isEmpty(known)) {
      if (isEmpty(body)) return;
      this.reader.fail(`multiple definition of template ${quote(name)}`, at, 'give one of them another name');
    }
    this.definitions.set(name, body);
  }

  private list(): { body: Statement[]; stop: Stop; last: Token } {
    const body: Statement[] = [];
    for (;;) {
      const last = this.reader.peek();
      if (last.kind === 'eof') return { body, stop: 'eof', last };
      const { statement, stop } = this.statement();
      if (stop !== undefined) return { body, stop, last };
      if (statement !== undefined) body.push(statement);
    }
  }

  private statement(): { statement?: Statement; stop?: Stop } {
    const token = this.reader.next();
    if (token.kind === 'text') return { statement: { type: 'text', text: token.text, offset: token.offset } };
    if (token.kind !== 'left-delim') this.reader.unexpected(token, 'input');
    const first = this.reader.peekSolid();
    switch (first.kind) {
      case 'end':
        this.reader.nextSolid();
        this.reader.expect('right-delim', 'end');
        return { stop: 'end' };
      case 'else':
        this.reader.nextSolid();
        if (this.reader.peekSolid().kind !== 'if') this.reader.expect('right-delim', 'else');
        return { stop: 'else' };
      case 'if':
      case 'with':
      case 'range':
        this.reader.nextSolid();
        return { statement: this.branch(first.kind, first) };
      case 'template':
        return { statement: this.templateCall(this.reader.nextSolid()) };
      case 'block':
        return { statement: this.block(this.reader.nextSolid()) };
      case 'break':
      case 'continue':
        if (!this.names.functions.has(first.kind)) return { statement: this.jump(first.kind, this.reader.nextSolid()) };
        break;
      default:
    }
    const pipe = this.pipelines.pipeline('command', 'right-delim');
    return { statement: { type: 'action', pipe, offset: pipe.offset } };
  }

  private branch(type: BranchNode['type'], keyword: Token): BranchNode {
    const depth = this.names.variables.length;
    const pipe = this.pipelines.pipeline(type, 'right-delim');
    if (type === 'range') this.rangeDepth++;
    const main = this.list();
    if (type === 'range') this.rangeDepth--;
    if (main.stop === 'eof') this.reader.fail('unexpected EOF', main.last, `end the {{${type}}} with {{end}}`);
    const otherwise = main.stop === 'else' ? this.otherwise(type) : undefined;
    this.names.variables.length = depth;
    return { type, pipe, body: main.body, otherwise, offset: keyword.offset };
  }

  /** What follows `{{else}}`; `{{else if …}}` is a nested `if` that shares the `{{end}}`. */
  private otherwise(type: BranchNode['type']): readonly Statement[] {
    const next = this.reader.peekSolid();
    if (next.kind === 'if' && this.reader.last()?.kind !== 'right-delim') {
      if (type !== 'if') this.reader.unexpected(next, 'else');
      this.reader.nextSolid();
      return [this.branch('if', next)];
    }
    const { body, stop, last } = this.list();
    if (stop === 'else') this.reader.fail('expected end; found {{else}}', last);
    if (stop === 'eof') this.reader.fail('unexpected EOF', last, `end the {{${type}}} with {{end}}`);
    return body;
  }

  private templateCall(keyword: Token): Statement {
    const name = this.templateName(this.reader.nextSolid(), 'template clause');
    if (this.reader.peekSolid().kind === 'right-delim') {
      this.reader.nextSolid();
      return { type: 'template', name, pipe: undefined, offset: keyword.offset };
    }
    const pipe = this.pipelines.pipeline('template clause', 'right-delim');
    return { type: 'template', name, pipe, offset: keyword.offset };
  }

  private block(keyword: Token): Statement {
    const name = this.templateName(this.reader.nextSolid(), 'block clause');
    const pipe = this.pipelines.pipeline('block clause', 'right-delim');
    this.definition(name);
    return { type: 'template', name, pipe, offset: keyword.offset };
  }

  private jump(type: 'break' | 'continue', token: Token): Statement {
    const end = this.reader.nextSolid();
    if (end.kind !== 'right-delim') this.reader.unexpected(end, `{{${type}}}`);
    if (this.rangeDepth === 0) this.reader.fail(`{{${type}}} outside {{range}}`, token);
    return { type, offset: token.offset };
  }

  private templateName(token: Token, context: string): string {
    if (token.kind === 'raw-string') return token.text.slice(1, -1);
    if (token.kind !== 'string') this.reader.unexpected(token, context);
    return this.pipelines.string(token);
  }
}

function isEmpty(body: readonly Statement[]): boolean {
  return body.every((node) => node.type === 'text' && node.text.trim() === '');
}

function quote(text: string): string {
  return JSON.stringify(text);
}
