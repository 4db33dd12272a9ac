import type { Command } from './command.ts';
import type { FlagSpec, FlagSpecs } from './flags.ts';
import { type Paint, widthOf } from './output/paint.ts';
import { aliasesOf, commandsOf, type ProgramName } from './resolve-command.ts';
import { GROUPS } from './table/groups.ts';

/** All that can be said to one command. */
export function commandHelp(program: ProgramName, name: string, command: Command, paint: Paint): string {
  const sections = [
    `${paint.bold('Usage:')} ${program} ${name} ${command.usage}`.trimEnd(),
    indent(command.description.trim()),
    ...flagSections(command.flags, paint),
    ...(command.examples.length > 0
      ? [[paint.bold('Examples:'), ...command.examples.map((line) => `  $ ${program} ${line}`)].join('\n')]
      : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function flagSections(flags: FlagSpecs, paint: Paint): string[] {
  const shown = Object.entries(flags).filter(([, { hidden }]) => !hidden);
  const groups = [...new Set(shown.map(([, { group }]) => group ?? 'Flags'))];
  const width = Math.max(0, ...shown.map(([name, spec]) => flagHead(name, spec).length));
  return groups.map((group) => {
    const lines = shown
      .filter(([, spec]) => (spec.group ?? 'Flags') === group)
      .map(([name, spec]) => `  ${flagHead(name, spec).padEnd(width)}  ${flagText(spec)}`);
    return [paint.bold(`${group}:`), ...lines].join('\n');
  });
}

function flagHead(name: string, { kind, value, also = [] }: FlagSpec): string {
  const names = [name, ...also].map((one) => `-${one}`).join(', ');
  return kind === 'bool' ? names : `${names} ${value ?? (kind === 'number' ? 'N' : 'VALUE')}`;
}

function flagText({ help, env, kind }: FlagSpec): string {
  const more = [kind === 'texts' && !/repeat/.test(help) ? 'may be repeated' : '', env ?? ''].filter(Boolean);
  return more.length > 0 ? `${help} (${more.join('; ')})` : help;
}

/** The commands of a group, or all of the program's. */
export function groupHelp(program: ProgramName, group: string, paint: Paint): string {
  const path = group === '' ? program : `${program} ${group}`;
  const intro = group === '' ? INTRO[program] : `${GROUPS[group]}.`;
  return [
    `${paint.bold('Usage:')} ${path} COMMAND [flags] [arguments]\n\n${indent(intro)}\n`,
    `${paint.bold('Commands:')}\n${listing(members(program, group))}`,
    ...(group === '' ? [shortWords(program, paint)] : []),
    `Run "${path} COMMAND -h" for what a command takes.\n`,
  ]
    .filter((text) => text !== '')
    .join('\n');
}

const INTRO: Readonly<Record<ProgramName, string>> = {
  shoal: 'Everything between a bare machine and a TLS URL, in one agent.',
  nomad: "Shoal under Nomad's name: its commands, as they stand.",
  consul: "Shoal under Consul's name: its commands, as they stand.",
};

/** In a group its commands; at the top what stands alone, and the groups. */
function members(program: ProgramName, group: string): [string, string][] {
  const prefix = group === '' ? '' : `${group} `;
  const seen = new Map<string, string>();
  for (const [name, entry] of Object.entries(commandsOf(program))) {
    if (!name.startsWith(prefix)) continue;
    const [next = '', ...more] = name.slice(prefix.length).split(' ');
    const summary = more.length === 0 ? entry.summary : GROUPS[`${prefix}${next}`];
    if (!seen.has(next)) seen.set(next, summary ?? '');
  }
  return [...seen];
}

function shortWords(program: ProgramName, paint: Paint): string {
  const rows = [...aliasesOf(program)];
  return rows.length === 0 ? '' : `${paint.bold('Short for:')}\n${listing(rows)}`;
}

function listing(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => widthOf(name)));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
