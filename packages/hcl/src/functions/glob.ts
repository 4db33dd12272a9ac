import { RE2JS } from 're2js';
import { FunctionError } from './function.ts';

const piece = /\*\*\/?|\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|[{},]|[\s\S]/gu;

/** A class with a slash in it would match across folders. */
function classOf(not: string, members: string): string {
  const inner = members.replace(/[[\]]/g, '\\$&');
  if (not === '^') return `[^/${inner}]`;
  if (RE2JS.matches(`[${inner}]`, '/')) throw new FunctionError(`[${members}] would match a slash`);
  return `[${inner}]`;
}

/** Matches whole paths: `*`, `**`, `?`, `{a,b}`, `[abc]`, `[^abc]`. */
export function globToRegex(pattern: string): RE2JS {
  let depth = 0;
  const body = pattern.replace(piece, (found, not?: string, members?: string, escaped?: string) => {
    if (members !== undefined) return classOf(not ?? '', members);
    if (escaped !== undefined) return literal(escaped);
    if (found === '{') depth++;
    if (found === '}' && depth > 0) {
      depth--;
      return ')';
    }
    return translated(found, depth);
  });
  if (depth > 0) throw new FunctionError(`in "${pattern}" a brace is not closed`);
  return RE2JS.compile(`^(?:${body})$`);
}

function translated(found: string, depth: number): string {
  switch (found) {
    case '**/':
      return '(?:.*/)?';
    case '**':
      return '.*';
    case '*':
      return '[^/]*';
    case '?':
      return '[^/]';
    case '{':
      return '(?:';
    case ',':
      return depth > 0 ? '|' : ',';
    default:
      return literal(found);
  }
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
