import { FunctionError } from './function.ts';

const piece = /\*\*\/?|\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|[{},]|[\s\S]/gu;

/** Matches whole paths: `*`, `**`, `?`, `{a,b}`, `[abc]`, `[^abc]`. */
export function globToRegex(pattern: string): RegExp {
  let depth = 0;
  const body = pattern.replace(piece, (found, not?: string, members?: string, escaped?: string) => {
    if (members !== undefined) return `(?!/)[${not}${members.replace(/[[\]]/g, '\\$&')}]`;
    if (escaped !== undefined) return literal(escaped);
    if (found === '{') depth++;
    if (found === '}' && depth > 0) {
      depth--;
      return ')';
    }
    return translated(found, depth);
  });
  if (depth > 0) throw new FunctionError(`in "${pattern}" a brace is not closed`);
  return new RegExp(`^${body}$`, 'u');
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
