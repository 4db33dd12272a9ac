import {
  argument,
  block,
  type Code,
  code,
  comment,
  type Expression,
  escaped,
  gap,
  type Item,
  isName,
} from './hcl-text.ts';
import type { Project } from './project.ts';
import { fileTemplate } from './volumes.ts';
import { type Mapping, mapping, pairs, text } from './yaml-values.ts';

/** Values that name other services come from a template, which follows them; the rest stands as it is. */
export function environment(service: Mapping, project: Project): Item[] {
  const names = [...project.addresses.keys()];
  const entries = pairs(service['environment']).map(([key, value]): [string, string] => [key, value ?? `\${${key}}`]);
  const isMoving = ([, value]: readonly [string, string]) => names.some((name) => mentions(value, name));
  return [
    ...fixedValues(
      entries.filter((entry) => !isMoving(entry)),
      project,
    ),
    ...movingValues(entries.filter(isMoving), project),
  ];
}

function fixedValues(entries: readonly (readonly [string, string])[], { write }: Project): Item[] {
  if (entries.length === 0) return [];
  const values = entries.map(([key, value]) => [key, write(value)] as const);
  if (!entries.every(([key]) => isName(key))) return [argument('env', { map: Object.fromEntries(values) })];
  return [
    block(
      'env',
      [],
      values.map(([key, value]) => argument(key, value)),
    ),
  ];
}

function movingValues(entries: readonly (readonly [string, string])[], project: Project): Item[] {
  if (entries.length === 0) return [];
  const lines = entries.map(([key, value]) => `${key}=${templated(value, project)}`);
  return [
    gap,
    comment('Other services, wherever they run. It is written anew, and the task restarted, when one moves.'),
    block(
      'template',
      [],
      [argument('data', code(heredoc(lines))), argument('destination', 'secrets/services.env'), argument('env', true)],
    ),
  ];
}

/** Lines that stand as deep as the formatter puts the block around them. */
function heredoc(lines: readonly string[]): string {
  return `<<-EOT\n${lines.map((line) => `          ${line}\n`).join('')}        EOT`;
}

/** `db:5432` becomes the address and port of an instance, `db` alone the name that DNS knows. */
function templated(value: string, { addresses, write }: Project): string {
  const expression = write(oneLine(value).replaceAll('{{', '{{"{{"}}'));
  let written = isCode(expression) ? insideOf(expression.code) : unquoted(escaped(String(expression)));
  for (const [name, service] of addresses) {
    const instance = `{{ with service "${service}" }}{{ with index . 0 }}{{ .Address }}:{{ .Port }}{{ end }}{{ end }}`;
    written = written
      .replace(nameIn(name, ':\\d+'), () => instance)
      .replace(nameIn(name, '(?![\\w."-])'), () => `${service}.service.consul`);
  }
  return written;
}

/** In files of `KEY=value` lines, what has several lines stands in quotes. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? JSON.stringify(value) : value;
}

function isCode(expression: Expression): expression is Code {
  return typeof expression === 'object' && 'code' in expression;
}

function insideOf(written: string): string {
  return written.startsWith('"') ? unquoted(written.slice(1, -1)) : `\${${written}}`;
}

/** In a heredoc, quotes and backslashes stand for themselves. */
function unquoted(written: string): string {
  return written.replace(/\\(["\\])/g, '$1');
}

/** Whether a text names a service, alone or with a port. */
export function mentions(value: string, name: string): boolean {
  return nameIn(name, '(?::\\d+|(?![\\w.-]))').test(value);
}

function nameIn(name: string, behind: string): RegExp {
  return new RegExp(`(?<![\\w."-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${behind}`, 'g');
}

export function envFiles(value: unknown): Item[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const files = entries.flatMap((entry) => {
    const path = text(entry) ?? text(mapping(entry)['path']);
    return path === undefined ? [] : [{ path, isOptional: mapping(entry)['required'] === false }];
  });
  return files.map(({ path, isOptional }, at) =>
    fileTemplate(path, `secrets/env-${at + 1}.env`, [argument('env', true)], isOptional),
  );
}
