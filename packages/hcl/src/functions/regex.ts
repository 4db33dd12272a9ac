import { stringType } from '../types.ts';
import { nullValue, objectValue, stringValue, tupleValue, type Value } from '../values.ts';
import { define, text, textOf } from './arguments.ts';
import { FunctionError, type HclFunction } from './function.ts';
import { compileRegex } from './regex-syntax.ts';

/** `$1`, `${1}`, `$name`, `${name}` stand for groups, `$$` for a dollar; a name is as long as it can be. */
function expand(
  template: string,
  [whole, ...groups]: readonly (string | undefined)[],
  named: Record<string, string | undefined>,
): string {
  return template.replace(
    /\$(?:\$|\{(\w+)\}|(\w+))/g,
    (found, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare;
      if (name === undefined) return found === '$$' ? '$' : found;
      if (/^\d+$/.test(name)) return (Number(name) === 0 ? whole : groups[Number(name) - 1]) ?? '';
      return named[name] ?? '';
    },
  );
}

function replaceAll(source: string, pattern: string, template: string): string {
  const regex = compileRegex(pattern, 'g');
  return source.replace(regex, (...args) => {
    const last: unknown = args.at(-1);
    const named = typeof last === 'object' && last !== null ? (last as Record<string, string | undefined>) : {};
    const groups = args.slice(
      0,
      args.findIndex((arg, i) => i > 0 && typeof arg === 'number'),
    ) as (string | undefined)[];
    return expand(template, groups, named);
  });
}

/** The match: a text, or without names a tuple of its groups, with names an object. */
function firstMatch(pattern: string, source: string): Value {
  const match = compileRegex(pattern, '').exec(source);
  if (!match) throw new FunctionError('the pattern does not match');
  const group = (found: string | undefined) => (found === undefined ? nullValue(stringType) : stringValue(found));
  if (match.groups) return objectValue(Object.entries(match.groups).map(([name, found]) => [name, group(found)]));
  return match.length === 1 ? stringValue(match[0]) : tupleValue(match.slice(1).map(group));
}

export const regexFunctions: Readonly<Record<string, HclFunction>> = {
  regex: define([text('pattern'), text('string')], (pattern, source) => firstMatch(textOf(pattern), textOf(source))),
  regex_replace: define([text('str'), text('pattern'), text('replace')], (source, pattern, template) =>
    stringValue(replaceAll(textOf(source), textOf(pattern), textOf(template))),
  ),
};
