/** One way for a rule to be true: all that is set must hold. */
export type RuleCase = { readonly host?: string; readonly path?: string; readonly match?: 'prefix' | 'exact' };

/** Cases that one rule may come to, and how long it may be: more is nobody's intention. */
const MOST_CASES = 200;
const MOST_CHARACTERS = 4096;

/**
 * Reads a Traefik router's rule: `Host`, `PathPrefix` and `Path` with one or more arguments, joined by `&&`, `||` and parentheses. The answer lists the
 * cases in which it is true. Undefined when it uses anything else (headers, methods, `!`, expressions), because half a rule would match too much.
 */
export function readRule(rule: string): readonly RuleCase[] | undefined {
  const tokens = tokenise(rule);
  if (!tokens) return undefined;
  let at = 0;
  const cases = either();
  return cases && at === tokens.length && cases.length > 0 ? cases : undefined;

  function either(): RuleCase[] | undefined {
    let left = both();
    while (left && tokens?.[at] === '||') {
      at += 1;
      const right = both();
      left = right && [...left, ...right];
    }
    return left;
  }

  function both(): RuleCase[] | undefined {
    let left = one();
    while (left && tokens?.[at] === '&&') {
      at += 1;
      const right = one();
      left = right && combine(left, right);
    }
    return left;
  }

  function one(): RuleCase[] | undefined {
    const token = tokens?.[at++];
    if (token !== '(') return token === undefined ? undefined : readMatcher(token);
    const inner = either();
    return tokens?.[at++] === ')' ? inner : undefined;
  }
}

function tokenise(rule: string): string[] | undefined {
  if (rule.length > MOST_CHARACTERS) return undefined;
  const tokens = rule.match(/&&|\|\||[A-Za-z]+\((?:[^()`"]|`[^`]*`|"[^"]*")*\)|[()]|[^\s]/g);
  return tokens ?? undefined;
}

function readMatcher(token: string): RuleCase[] | undefined {
  const [, name = '', inside = ''] = /^([A-Za-z]+)\((.*)\)$/s.exec(token) ?? [];
  const values = [...inside.matchAll(/`([^`]*)`|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? '');
  switch (name.toLowerCase()) {
    case 'host':
      return values.map((host) => ({ host }));
    case 'pathprefix':
      return values.map((path) => ({ path, match: 'prefix' }));
    case 'path':
      return values.map((path) => ({ path, match: 'exact' }));
    default:
      return undefined;
  }
}

/** Both must hold. Two hosts never do; of two paths neither is taken, as the rule is then beyond a plain route. */
function combine(left: readonly RuleCase[], right: readonly RuleCase[]): RuleCase[] | undefined {
  if (left.length * right.length > MOST_CASES) return undefined;
  const out: RuleCase[] = [];
  for (const a of left) {
    for (const b of right) {
      if ((a.path !== undefined && b.path !== undefined) || (a.host !== undefined && b.host !== undefined))
        return undefined;
      out.push({ ...a, ...b });
    }
  }
  return out;
}
