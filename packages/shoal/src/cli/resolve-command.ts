import type { Entry, Vocabulary } from './command.ts';
import { ALIASES } from './table/aliases.ts';
import { COMMANDS, OWN_FORMS } from './table/commands.ts';
import { GROUPS } from './table/groups.ts';

export type ProgramName = 'shoal' | 'nomad' | 'consul';

export type Target =
  | { kind: 'command'; name: string; entry: Entry; words: readonly string[] }
  /** A group of commands, or all (`''`). `asked`: with -h, not by leaving something out. */
  | { kind: 'help'; group: string; asked: boolean }
  | { kind: 'unknown'; words: string; known: readonly string[] };

/** Longest name of a command, in words. */
const LONGEST = 4;
const HELP = new Set(['-h', '-help', '--help']);
const VERSION = new Set(['-v', '-version', '--version']);

/** Which command the words name; the rest of the words is its own. */
export function resolveCommand(program: ProgramName, words: readonly string[]): Target {
  const [first] = words;
  if (first === 'help') return resolveCommand(program, [...words.slice(1), '-h']);
  if (first !== undefined && VERSION.has(first)) return resolveCommand(program, ['version']);
  for (let length = LONGEST; length > 0; length--) {
    if (words.length < length) continue;
    const found = commandNamed(program, words.slice(0, length).join(' '));
    if (found !== undefined) return { kind: 'command', ...found, words: words.slice(length) };
  }
  return groupOrUnknown(program, words);
}

function groupOrUnknown(program: ProgramName, words: readonly string[]): Target {
  const names = Object.keys(commandsOf(program));
  let group = '';
  let at = 0;
  for (; at < words.length; at++) {
    const longer = group === '' ? (words[at] as string) : `${group} ${words[at]}`;
    if (!(longer in GROUPS) || !names.some((name) => name.startsWith(`${longer} `))) break;
    group = longer;
  }
  const next = words[at];
  if (next === undefined || HELP.has(next)) return { kind: 'help', group, asked: next !== undefined };
  const path = words.slice(0, at + 1).join(' ');
  return { kind: 'unknown', words: path, known: [...names, ...aliasesOf(program).keys(), ...Object.keys(GROUPS)] };
}

/** The command of that name or alias that this program has. A tool's own name for a command comes first. */
function commandNamed(program: ProgramName, words: string): { name: string; entry: Entry } | undefined {
  const name = aliasesOf(program).get(words) ?? words;
  const entry = commandsOf(program)[name];
  return entry && { name, entry };
}

function isOf(program: ProgramName, of: Entry['of']): boolean {
  return program === 'shoal' || of === 'both' || of === program;
}

/** The commands of a program, in the order of the table. */
export function commandsOf(program: ProgramName): Readonly<Record<string, Entry>> {
  const shared = Object.entries(COMMANDS).filter(([, { of }]) => isOf(program, of));
  return { ...OWN_FORMS[program], ...Object.fromEntries(shared) };
}

/** What a program's shorter words stand for. */
export function aliasesOf(program: ProgramName): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(ALIASES).flatMap(([name, meanings]) => {
      const meant = meanings.findLast(({ of }) => isOf(program, of));
      return meant ? [[name, meant.to] as const] : [];
    }),
  );
}

export function vocabularyOf(program: ProgramName): Vocabulary {
  return { commands: commandsOf(program), aliases: aliasesOf(program) };
}
