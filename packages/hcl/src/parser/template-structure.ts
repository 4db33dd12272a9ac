import type { Expression, ForExpression } from '../ast.ts';
import { type Range, rangeBefore, rangeBetween } from '../position.ts';
import { stringValue } from '../values.ts';
import { failure } from './recovery.ts';
import type { ForPart, IfPart, SequencePart, TemplatePart, TextPart } from './template-text.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/** Makes expressions of the flat parts: directives become conditionals and joins around what they enclose. */
export function buildTemplate(stream: TokenStream, parts: readonly TemplatePart[], end: Range): Expression[] {
  const builder = new Builder(stream, parts, end);
  return builder.untilEnd();
}

class Builder {
  private readonly stream: TokenStream;
  private readonly parts: readonly TemplatePart[];
  private readonly end: Range;
  private index = 0;

  constructor(stream: TokenStream, parts: readonly TemplatePart[], end: Range) {
    this.stream = stream;
    this.parts = parts;
    this.end = end;
  }

  untilEnd(): Expression[] {
    const expressions = this.sequence();
    const stray = this.parts[this.index];
    if (stray)
      this.fail(
        stray.range,
        `Unexpected ${stray.kind} directive`,
        `There is no open directive for this "${stray.kind}".`,
      );
    return expressions;
  }

  /** Reads up to the end, or to a directive that ends what is open. */
  private sequence(): Expression[] {
    const expressions: Expression[] = [];
    for (;;) {
      const part = this.parts[this.index++];
      if (part?.kind === 'text') expressions.push(this.literal(part));
      else if (part?.kind === 'interpolation') expressions.push(part.expression);
      else if (part?.kind === 'if') expressions.push(this.conditional(part));
      else if (part?.kind === 'for') expressions.push(this.join(part));
      else {
        this.index--;
        return expressions;
      }
    }
  }

  /** Neighbouring lines of text are one literal. */
  private literal(first: TextPart): Expression {
    const texts = [first.text];
    let last: TextPart = first;
    for (let next = this.parts[this.index]; next?.kind === 'text'; next = this.parts[++this.index]) {
      texts.push(next.text);
      last = next;
    }
    return { kind: 'literal', value: stringValue(texts.join('')), range: rangeBetween(first.range, last.range) };
  }

  private conditional(start: IfPart): Expression {
    const whenTrue = this.block(start);
    const otherwise = this.parts[this.index]?.kind === 'else' ? this.parts[this.index++] : undefined;
    const whenFalse = otherwise ? this.block(otherwise) : empty(rangeBefore(this.parts[this.index]?.range ?? this.end));
    const end = this.expect('endif', start);
    return {
      kind: 'conditional',
      condition: start.condition,
      whenTrue,
      whenFalse,
      range: rangeBetween(start.range, end),
    };
  }

  private join(start: ForPart): Expression {
    const value = this.block(start);
    const range = rangeBetween(start.range, this.expect('endfor', start));
    const each: ForExpression = { kind: 'for', ...start.introduction, value, group: false, range };
    return { kind: 'join', each, range };
  }

  private block(start: TemplatePart): Expression {
    const parts = this.sequence();
    const end = this.parts[this.index]?.range ?? this.end;
    return { kind: 'template', parts, range: rangeBetween(start.range, rangeBefore(end)) };
  }

  private expect(kind: 'endif' | 'endfor', start: SequencePart): Range {
    const part = this.parts[this.index];
    const opener = `The "${start.kind}" directive at line ${start.range.start.line}`;
    const remedy = { context: start.range, remedy: `write %{ ${kind} } where it ends` };
    if (!part) return this.fail(this.end, 'Unexpected end of template', `${opener} is not closed.`, remedy);
    if (part.kind !== kind) {
      return this.fail(part.range, `Unexpected ${part.kind} directive`, `${opener} needs "${kind}" first.`, remedy);
    }
    this.index++;
    return part.range;
  }

  private fail(range: Range, summary: string, detail: string, more?: { context?: Range; remedy?: string }): never {
    return failure(this.stream, { range } as Token, summary, detail, more);
  }
}

function empty(range: Range): Expression {
  return { kind: 'template', parts: [{ kind: 'literal', value: stringValue(''), range }], range };
}
