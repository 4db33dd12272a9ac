import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/cli/command.ts';
import { namesOf, parseFlags } from '../../src/cli/flags.ts';
import { type ProgramName, resolveCommand, vocabularyOf } from '../../src/cli/resolve-command.ts';
import { OWN_FORMS } from '../../src/cli/table/commands.ts';
import { runCommand } from './support/run-command.ts';

const entries: [string, string, Entry][] = [
  ...Object.entries(vocabularyOf('shoal').commands).map(([name, entry]): [string, string, Entry] => [
    'shoal',
    name,
    entry,
  ]),
  ...Object.entries(OWN_FORMS).flatMap(([program, forms]) =>
    Object.entries(forms).map(([name, entry]): [string, string, Entry] => [program, name, entry]),
  ),
];

describe('help of every command', () => {
  test.each(entries)('%s %s', async (program, name, entry) => {
    const { code, out, err } = await runCommand(program, [...name.split(' '), '-h']);
    const { command } = await entry.load();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')[0]).toBe(`Usage: ${program} ${name} ${command.usage}`.trimEnd());
    for (const [flag, { hidden }] of Object.entries(command.flags)) if (!hidden) expect(out).toContain(`-${flag}`);
    for (const example of command.examples) expect(out).toContain(`$ ${program} ${example}`);
    expect(command.examples.length).toBeGreaterThan(0);
  });

  test.each(entries)('no name of a flag twice: %s %s', async (_program, _name, entry) => {
    const { flags } = (await entry.load()).command;
    const names = Object.entries(flags).flatMap(([name, { also = [] }]) => [name, ...also]);
    expect(names.length).toBe(namesOf(flags).size);
  });

  test.each(entries)('examples are commands with known flags: %s %s', async (program, name, entry) => {
    const { command } = await entry.load();
    for (const example of command.examples) {
      const words = (example.split(/ [|>] /)[0] as string).split(' ');
      const target = resolveCommand(program as ProgramName, words);
      if (target.kind !== 'command') throw new Error(`${example}: no such command`);
      const { flags, argsLast = false } = (await target.entry.load()).command;
      expect(() => parseFlags(flags, target.words, { argsLast })).not.toThrow();
      if (!example.includes(' | ')) expect(target.name).toBe(name);
    }
  });
});

const DOCUMENT = fileURLToPath(new URL('../../../../docs/commands.md', import.meta.url));
const BEGIN = '<!-- reference: begin -->\n';
const END = '<!-- reference: end -->\n';

/** SHOAL_REWRITE_DOCS=1 writes it anew. */
test('docs/commands.md has the reference of every command', async () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const [found, after = ''] = rest.split(END);
  const want = await reference();
  if (process.env['SHOAL_REWRITE_DOCS']) writeFileSync(DOCUMENT, `${before}${BEGIN}${want}${END}${after}`);
  else expect(found).toBe(want);
});

async function reference(): Promise<string> {
  const sections = await Promise.all(
    entries
      .filter(([program]) => program === 'shoal')
      .map(async ([, name, { load, summary }]) => {
        const { flags, usage } = (await load()).command;
        const own = Object.entries(flags).filter(([, { hidden, group }]) => !hidden && group === undefined);
        const rows = own.map(
          ([flag, { help, also = [] }]) => `| ${[flag, ...also].map((one) => `\`-${one}\``).join(', ')} | ${help} |`,
        );
        const table = rows.length === 0 ? '' : `\n| flag | |\n| --- | --- |\n${rows.join('\n')}\n`;
        return `### ${name}\n\n${summary}: \`shoal ${`${name} ${usage}`.trimEnd()}\`\n${table}`;
      }),
  );
  return `\n${sections.join('\n')}\n`;
}
