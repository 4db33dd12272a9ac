/**
 * The path that Go's ServeMux would serve: no empty, `.` or `..` elements. Both peers redirect to it (301) instead of serving anything else, so
 * a path never leaves the place it names. Undefined when the path is clean already.
 */
export function cleaned(path: string): string | undefined {
  if (!mayNeedCleaning(path)) return undefined;
  const decoded = decode(path);
  if (decoded === undefined) return undefined;
  const clean = resolveDots(decoded);
  return clean === decoded ? undefined : clean;
}

/** An escaped path for a Location header. */
export function escapedPath(path: string): string {
  return encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/** Resolves percent escapes; undefined when they are malformed. */
export function decode(path: string): string | undefined {
  try {
    return path.includes('%') ? decodeURIComponent(path) : path;
  } catch {
    // Not UTF-8 or a lone percent sign: no route can mean this.
    return undefined;
  }
}

/** Whether no character of a path is a control character, an unassigned one, or a blank other than a space (Go's unicode.IsPrint). */
export function isPrintable(path: string): boolean {
  if (!path.includes('%')) return true;
  return !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(decode(path) ?? '');
}

export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

export function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}

/** A cheap test first: nearly every path is clean. */
function mayNeedCleaning(path: string): boolean {
  return path.includes('//') || path.includes('/.') || /%2[ef]/i.test(path);
}

function resolveDots(path: string): string {
  const kept: string[] = [];
  const parts = path.split('/');
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  const last = parts[parts.length - 1];
  const folder = last === '' || last === '.' || last === '..';
  return kept.length === 0 ? '/' : `/${kept.join('/')}${folder && last === '' ? '/' : ''}`;
}
