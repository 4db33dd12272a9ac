import { describe, expect, test } from 'vitest';
import { evaluate, format, parse, parseExpression, standardFunctions, stringValue } from '../src/index.ts';

const scope = (text = '') => ({ variables: new Map([['s', stringValue(text)]]), functions: standardFunctions });

function answer(source: string, text?: string): string {
  const { expression } = parseExpression(source, 'f');
  if (!expression) throw new Error(`${source} cannot be read`);
  return evaluate(expression, scope(text)).diagnostics[0]?.detail ?? 'a value';
}

const big = 'join("", [for i in range(1000) : "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"])';

describe('an expression that would take too much is refused', () => {
  test.each([
    ['format("%1000000000d", 1)', 'asks for too many characters'],
    [`format("${'%99999d'.repeat(200)}", ${Array(200).fill(1).join(', ')})`, 'longer than 16777216 characters'],
    ['range(0, 1e9)', 'more than 1024 numbers'],
    ['setproduct(range(1000), range(1000))', 'more than 100000 combinations'],
    ['[for a in range(1000) : [for b in range(1000) : a]]', 'The loops of this expression make too many elements'],
    [`replace(${big}, "x", ${big})`, 'longer than 16777216 characters'],
    [`indent(10000, replace(${big}, "x", "\\n"))`, 'longer than 16777216 characters'],
    [`regex_replace(${big}, "x", ${big})`, 'longer than 16777216 characters'],
    ['[for i in range(1000) : bcrypt("x", 10)]', 'or too much text'],
    [`[for i in range(1000) : replace(${big}, "x", "0123456789012345678901234567890123456789")]`, 'or too much text'],
    ['timeadd("2020-01-01T00:00:00Z", "999999999999h")', 'outside of the years 0 to 9999'],
    [`parseint("${'9'.repeat(20_000)}", 10)`, 'more than 10000 digits'],
  ])('%s', (source, want) => {
    expect(answer(source)).toContain(want);
  });

  test.each([
    ['texts', (half: string) => `"\${${half}}\${${half}}"`, 'longer than 16777216 characters'],
    ['lists', (half: string) => `concat([1, 2], ${half}, ${half})`, 'more than 1000000 elements'],
    ['lists of lists', (half: string) => `[${half}, ${half}]`, 'more than 1000000 elements'],
    ['objects', (half: string) => `{ a = ${half}, b = ${half} }`, 'more than 1000000 elements'],
  ])('%s that double again and again', (_, doubled, want) => {
    const { expression } = parseExpression(doubled('v'), 'f');
    let value = evaluate(parseExpression(doubled('[]').includes('${') ? '"x"' : '[1]', 'f').expression!, scope()).value;
    for (let times = 0; times < 60; times += 1) {
      const next = evaluate(expression!, { variables: new Map([['v', value]]), functions: standardFunctions });
      if (next.diagnostics.length > 0) {
        expect(next.diagnostics[0]?.detail).toContain(want);
        return;
      }
      value = next.value;
    }
    throw new Error('it was never refused');
  });
});

/** Each takes minutes, or for ever, as soon as the time grows with the square of the text. */
describe('a long text takes no longer than it is long', () => {
  const many = (text: string) => text.repeat(100_000);
  test.each([
    ['a heredoc', `a = <<E\n${many('  line\n')}E\n`],
    ['a heredoc with indentation', `a = <<-E\n${many('  line\n')}E\n`],
    ['comments that are not closed', many('/* ')],
    ['characters of several code points', `a = "${many('e\u0301')}"`],
  ])('%s', (_, source) => {
    parse(source, 'f.hcl');
    format(source, 'f.hcl');
  });

  test.each([
    ['a text that is not closed', `{"a":"${'x'.repeat(200)}`],
    ['one line', `{"a":[${many('{"b":1},')}1]}`],
  ])('in JSON: %s', (_, source) => {
    parse(source, 'f.json');
  });

  test.each([
    ['strrev(s)', many('x')],
    ['strlen(s)', many('\u0301')],
    ['chomp(s)', `${many('\n')}x`],
    ['distinct(split(",", s))', Array.from({ length: 50_000 }, (_, i) => i).join(',')],
    ['setintersection(split(",", s), split(",", s))', Array.from({ length: 50_000 }, (_, i) => i).join(',')],
    ['yamldecode(s)', `a: >\n${many('  x\n\n')}`],
    ['yamldecode(s)', `a${many(' ')}b`],
    ['jsondecode(s)', `"${'a'.repeat(200)}`],
    ['regex("(a*)*b", s)', many('a')],
  ])('%s', (source, text) => {
    expect(answer(source, text)).toBeDefined();
  });
});

/** Names that every object of JavaScript has mean nothing in the language. */
describe('no way into the program', () => {
  test.each([
    ['{}.constructor', 'has no attribute named "constructor"'],
    ['{}["__proto__"]', 'no element with the key "__proto__"'],
    ['{ "__proto__" = { a = 1 } }.a', 'has no attribute named "a"'],
    ['merge({ "__proto__" = { a = 1 } }, {}).a', 'has no attribute named "a"'],
    ['jsondecode("{\\"__proto__\\": {\\"a\\": 1}}").a', 'has no attribute named "a"'],
    ['yamldecode("__proto__: {a: 1}").a', 'has no attribute named "a"'],
    ['toString()', 'no function named "toString"'],
    ['constructor("x")', 'no function named "constructor"'],
    ['__proto__', 'no variable named "__proto__"'],
    ['lookup({}, "constructor", "none") == "none" ? "a" : file("x")', 'a value'],
    ['regex_replace("a", "(?P<x>a)", "$constructor") == "" ? 1 : nope', 'a value'],
    ['formatdate("constructor", "2020-01-01T00:00:00Z")', 'there is no sequence'],
    ['file("/etc/passwd")', 'files cannot be read here'],
  ])('%s', (source, want) => {
    expect(answer(source)).toContain(want);
  });
});
