import { type Code, type Expression, escaped } from './hcl-text.ts';

/** Variables that a Compose file takes from its surroundings, with the values that it has for them. */
export type Variables = Map<string, string | undefined>;

type Values = Readonly<Record<string, string>>;

/** A piece of a text: as it stands, or a reference to a variable. */
type Piece = string | Reference;
type Reference = { readonly name: string; readonly operator: string; readonly rest: string };

const BEGIN = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:\}|(:?[-?+])))/g;

/** A text's pieces; `$$` is a dollar sign. What is behind an operator may have references of its own. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let last = 0;
  BEGIN.lastIndex = 0;
  for (let found = BEGIN.exec(text); found !== null; found = BEGIN.exec(text)) {
    const [whole, dollar, bare, braced, operator] = found;
    const behind = found.index + whole.length;
    const end = operator === undefined ? behind : closing(text, behind);
    if (end === undefined) continue;
    pieces.push(text.slice(last, found.index));
    const rest = operator === undefined ? '' : text.slice(behind, end - 1);
    pieces.push(dollar === undefined ? { name: bare ?? braced ?? '', operator: operator ?? '', rest } : '$');
    last = end;
    BEGIN.lastIndex = end;
  }
  return [...pieces, text.slice(last)];
}

/** Behind the brace that closes what is open at a place. */
function closing(text: string, from: number): number | undefined {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '}') open -= 1;
    else if (text[at] === '{' && text[at - 1] === '$') open += 1;
    if (open === 0) return at + 1;
  }
  return undefined;
}

/**
 * A text of a Compose file as an expression: `${NAME:-default}` becomes an input variable with that default. `env` are the
 * values of the project's `.env` file, which are defaults as well. Source: Compose specification, "Interpolation".
 */
export function interpolated(text: string, variables: Variables, env: Values): Expression {
  const pieces = piecesOf(text);
  const references = pieces.filter((piece) => typeof piece !== 'string');
  if (references.length === 0 && pieces.length === 1) return text;
  return template(`"${templateOf(pieces, variables, env)}"`);
}

function templateOf(pieces: readonly Piece[], variables: Variables, env: Values): string {
  let written = '';
  let literal = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') literal += piece;
    else {
      written += escaped(literal) + referenceTo(piece, variables, env);
      literal = '';
    }
  }
  return written + escaped(literal);
}

function referenceTo({ name, operator, rest }: Reference, variables: Variables, env: Values): string {
  const fallback = resolved(rest, env);
  remember(name, operator === '' || operator.endsWith('?') ? undefined : defaultOf(operator, fallback), variables, env);
  const inner = () => `"${templateOf(piecesOf(rest), variables, env)}"`;
  if (operator.endsWith('+')) return `\${var.${name} != "" ? ${inner()} : ""}`;
  if (operator.endsWith('-') && fallback === undefined) return `\${var.${name} != "" ? var.${name} : ${inner()}}`;
  return `\${var.${name}}`;
}

/** A default that is not known here is asked for in the expression. */
function defaultOf(operator: string, fallback: string | undefined): string {
  return operator.endsWith('-') ? (fallback ?? '') : '';
}

function remember(name: string, fallback: string | undefined, variables: Variables, env: Values) {
  variables.set(name, env[name] ?? variables.get(name) ?? fallback);
}

/** `"${var.x}"` alone is `var.x`. */
function template(text: string): Code {
  const alone = /^"\$\{(var\.\w+)\}"$/.exec(text)?.[1];
  return { code: alone ?? text };
}

/** The text with the values that are known: for what the importer has to understand. Undefined where one is not known. */
export function resolved(text: string, env: Values): string | undefined {
  let result = '';
  for (const piece of piecesOf(text)) {
    const value = typeof piece === 'string' ? piece : known(piece, env);
    if (value === undefined) return undefined;
    result += value;
  }
  return result;
}

function known({ name, operator, rest }: Reference, env: Values): string | undefined {
  const value = env[name];
  const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
  if (operator.endsWith('+')) return isSet ? resolved(rest, env) : '';
  if (isSet) return value;
  return operator.endsWith('-') ? resolved(rest, env) : undefined;
}
