import { type Mention, mentionsIn, portService } from './addresses.ts';
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
import { type Project, serviceName } from './project.ts';
import { fileTemplate } from './volumes.ts';
import { type Mapping, mapping, pairs, text } from './yaml-values.ts';

/** Values that name other services come from a template, which follows them; the rest stands as it is. */
export function environment(name: string, service: Mapping, project: Project): Item[] {
  const entries = pairs(service['environment']).map(([key, value]) => entryOf(key, value, project));
  return [
    ...fixedValues(
      entries.filter(({ mentions }) => mentions.length === 0),
      project,
    ),
    ...movingValues(
      name,
      entries.filter(({ mentions }) => mentions.length > 0),
      project,
    ),
  ];
}

type Entry = { readonly key: string; readonly value: string; readonly mentions: readonly Mention[] };

/** A key without a value is passed on if it is set. Where a service's name comes out of a variable, its value is taken. */
function entryOf(key: string, given: string | undefined, project: Project): Entry {
  const value = given ?? `\${${key}:-}`;
  const mentions = mentionsIn(key, value, project.hosts);
  const known = project.resolve(value);
  if (mentions.length > 0 || known === undefined) return { key, value, mentions };
  const found = mentionsIn(key, known, project.hosts);
  return found.length > 0 ? { key, value: known.replaceAll('$', '$$$$'), mentions: found } : { key, value, mentions };
}

function fixedValues(entries: readonly Entry[], { write }: Project): Item[] {
  if (entries.length === 0) return [];
  const values = entries.map(({ key, value }) => [key, write(value)] as const);
  if (!entries.every(({ key }) => isName(key))) return [argument('env', { map: Object.fromEntries(values) })];
  return [
    block(
      'env',
      [],
      values.map(([key, value]) => argument(key, value)),
    ),
  ];
}

function movingValues(name: string, entries: readonly Entry[], project: Project): Item[] {
  if (entries.length === 0) return [];
  const lines = entries.map((entry) => `${entry.key}=${templated(name, entry, project)}`);
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
function templated(self: string, { value, mentions }: Entry, project: Project): string {
  let last = 0;
  const parts: string[] = [];
  for (const mention of mentions) {
    parts.push(value.slice(last, mention.at).replaceAll('{{', '{{"{{"}}'), addressOf(self, mention, project));
    last = mention.at + mention.length;
  }
  parts.push(value.slice(last).replaceAll('{{', '{{"{{"}}'));
  const expression = project.write(oneLine(parts.join('')));
  return isCode(expression) ? insideOf(expression.code) : unquoted(escaped(String(expression)));
}

function addressOf(self: string, { name, port }: Mention, { ports }: Project): string {
  const own = ports.get(name) ?? [];
  const at = own.findIndex(({ container }) => container === port);
  const found = own[at];
  if (found === undefined) return `${serviceName(name)}.service.consul`;
  if (name === self) return `{{ env "NOMAD_ADDR_${found.label}" }}`;
  const service = portService(name, found, at === 0);
  return `{{ with service "${service}" }}{{ with index . 0 }}{{ .Address }}:{{ .Port }}{{ end }}{{ end }}`;
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

export function envFiles(value: unknown, project: Project): Item[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const files = entries.flatMap((entry) => {
    const path = text(entry) ?? text(mapping(entry)['path']);
    return path === undefined ? [] : [{ path, isOptional: mapping(entry)['required'] === false }];
  });
  return files.map(({ path, isOptional }, at) =>
    fileTemplate(path, `secrets/env-${at + 1}.env`, project, [argument('env', true)], isOptional),
  );
}
