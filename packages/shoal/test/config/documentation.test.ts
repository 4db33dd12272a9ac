import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reasons, settingNames, spellings } from './documented.ts';
import { load, shown } from './environment.ts';

const PAGE = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');

/** The rows of the tables of settings: meaning, default, and how each form and the command line write it. */
const rows = PAGE.split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter((cells) => cells.length === 6 && cells[0] !== 'meaning' && !/^-+$/.test(cells[0] ?? ''));

const cell = (keys: readonly string[]): string => keys.map((key) => `\`${key}\``).join(' ');

describe('docs/configuration.md', () => {
  test('has a row for every setting, with its keys as the tables have them', () => {
    const documented = rows.map((cells) => cells.slice(2).join(' | '));
    const missing = settingNames()
      .map((name) => spellings(name))
      .map(({ shoal, nomad, consul, flag }) => [shoal, nomad, consul, flag].map(cell).join(' | '))
      .filter((row) => !documented.includes(row));
    expect(missing).toEqual([]);
  });

  test('has no row that the tables do not know', () => {
    const known = new Set(
      settingNames()
        .map((name) => spellings(name))
        .map(({ shoal, nomad, consul, flag }) => [shoal, nomad, consul, flag].map(cell).join(' | ')),
    );
    expect(rows.map((cells) => cells.slice(2).join(' | ')).filter((row) => !known.has(row))).toEqual([]);
  });

  test.each(['consul', 'nomad'] as const)('lists every key of %s that has no effect, with its reason', (dialect) => {
    const missing = [...reasons(dialect)].filter(([reason, keys]) => {
      const line = `- ${reason === '' ? 'Nothing is said about these.' : reason} ${cell(keys)}`;
      return !PAGE.includes(line);
    });
    expect(
      missing.map(([reason, keys]) => `- ${reason === '' ? 'Nothing is said about these.' : reason} ${cell(keys)}`),
    ).toEqual([]);
  });

  test("Shoal's form has no key without effect that Nomad's has not", () => {
    const known = new Set([...reasons('nomad').values()].flat());
    expect([...reasons('shoal').values()].flat().filter((key) => !known.has(key))).toEqual([]);
  });

  test('has an example that loads without a word', async () => {
    const example = /```hcl\n(.*?)```/s.exec(PAGE)?.[1] ?? '';
    const loaded = await load(example);
    expect(shown(loaded)).toBe('');
    expect(loaded.dialects.get('agent.hcl')).toBe('shoal');
  });
});
