/** Kinds of tokens. A keyword's kind is the word itself, punctuation's the characters. */
export type TokenKind =
  | 'text'
  | 'left-delim'
  | 'right-delim'
  | 'space'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'number'
  | 'char'
  | 'string'
  | 'raw-string'
  | 'bool'
  | 'dot'
  | 'symbol'
  | '|'
  | '('
  | ')'
  | ','
  | '='
  | ':='
  | Keyword
  | 'eof'
  | 'error';

export type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with';

/** `offset` counts UTF-16 units in the source, `line` starts at 1. An `error` token's text is the reason. */
export type Token = {
  readonly kind: TokenKind;
  readonly text: string;
  readonly offset: number;
  readonly line: number;
};

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
]);

export function isKeyword(word: string): word is Keyword {
  return KEYWORDS.has(word);
}
