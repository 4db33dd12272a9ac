import type { Expression } from '../ast.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { type Pos, startOfFile } from '../position.ts';
import { parseTernary } from './expression.ts';
import { lex } from './lexer.ts';
import { allMistakes } from './lexical-mistakes.ts';
import { SyntaxFailure } from './recovery.ts';
import { parseBareTemplate } from './template.ts';
import { TokenStream } from './token-stream.ts';

/** Reads a text as a template that needs no quotes, as strings in JSON syntax are. */
export function parseTemplate(
  source: string,
  filename: string,
  start: Pos = startOfFile,
): { expression?: Expression; diagnostics: Diagnostic[] } {
  const tokens = lex(source, { filename, start, template: true });
  const stream = new TokenStream(source, tokens, false, parseTernary);
  const expression = tryTemplate(stream);
  const diagnostics = allMistakes(tokens, stream.diagnostics);
  return expression ? { expression, diagnostics } : { diagnostics };
}

function tryTemplate(stream: TokenStream): Expression | undefined {
  try {
    return parseBareTemplate(stream);
  } catch (error) {
    if (error instanceof SyntaxFailure) return undefined;
    throw error;
  }
}
