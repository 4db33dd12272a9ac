import { RE2JS, RE2JSException } from 're2js';
import { stringType } from '../types.ts';
import { nullValue, objectValue, stringValue, tupleValue, type Value } from '../values.ts';
import { checkLength, define, text, textOf } from './arguments.ts';
import { FunctionError, type HclFunction } from './function.ts';

/** Patterns are in the syntax of RE2, which has no way to take more than linear time. */
function compile(pattern: string, argument?: number): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    if (cause instanceof RE2JSException) throw new FunctionError(cause.message, argument);
    throw cause;
  }
}

type Match = RegExpMatchArray;

/** `$1`, `${1}`, `$name`, `${name}` stand for groups, `$$` for a dollar; a name is as long as it can be. */
function expand(template: string, { groups: named, ...groups }: Match): string {
  return template.replace(
    /\$(?:\$|\{(\w+)\}|(\w+))/g,
    (found, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare;
      if (name === undefined) return found === '$$' ? '$' : found;
      if (/^\d+$/.test(name)) return groups[Number(name)] ?? '';
      return named !== undefined && Object.hasOwn(named, name) ? (named[name] ?? '') : '';
    },
  );
}

/** An empty match right behind another one does not count. */
function replaceAll(source: string, pattern: string, template: string): string {
  const parts: string[] = [];
  let end = 0;
  let made = source.length;
  for (const match of compile(pattern).matchAll(source)) {
    const start = match.index as number;
    const replacement = expand(template, match);
    made += replacement.length;
    checkLength(made);
    parts.push(source.slice(end, start), replacement);
    end = start + match[0].length;
  }
  return `${parts.join('')}${source.slice(end)}`;
}

/** The match: a text, or without names a tuple of its groups, with names an object. */
function firstMatch(pattern: string, source: string): Value {
  const match = compile(pattern, 0).exec(source) as Match | null;
  if (!match) throw new FunctionError('the pattern does not match');
  const group = (found: string | null | undefined) => (found == null ? nullValue(stringType) : stringValue(found));
  if (match.groups) return objectValue(Object.entries(match.groups).map(([name, found]) => [name, group(found)]));
  return match.length === 1 ? stringValue(match[0]) : tupleValue(match.slice(1).map(group));
}

export const regexFunctions: Readonly<Record<string, HclFunction>> = {
  /** The first match of an RE2 pattern: the text, or its groups as a tuple or object. No match is a mistake. */
  regex: define([text('pattern'), text('string')], (pattern, source) => firstMatch(textOf(pattern), textOf(source))),
  /** Every match of an RE2 pattern replaced; $1 and ${name} stand for groups. */
  regex_replace: define([text('str'), text('pattern'), text('replace')], (source, pattern, template) =>
    stringValue(replaceAll(textOf(source), textOf(pattern), textOf(template))),
  ),
};
