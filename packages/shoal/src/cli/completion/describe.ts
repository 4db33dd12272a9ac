import type { Entry, Vocabulary } from '../command.ts';
import { namesOf } from '../flags.ts';

/** All that may follow a path of words: `''` is the program itself. */
export type Completions = ReadonlyMap<string, { readonly words: readonly string[]; readonly flags: readonly string[] }>;

/** Every path of a program's words, with the next words and the flags there. */
export async function describeProgram({ commands, aliases }: Vocabulary): Promise<Completions> {
  const found = new Map<string, { words: string[]; flags: string[] }>();
  const at = (path: string) => {
    const place = found.get(path) ?? { words: [], flags: [] };
    found.set(path, place);
    return place;
  };
  const paths = [...Object.keys(commands), ...aliases.keys()];
  for (const path of paths) {
    const words = path.split(' ');
    words.forEach((word, depth) => {
      const place = at(words.slice(0, depth).join(' '));
      if (!place.words.includes(word)) place.words.push(word);
    });
  }
  for (const [path, entry] of Object.entries(commands)) at(path).flags.push(...(await flagsOf(entry)));
  for (const [name, to] of aliases) at(name).flags.push(...(found.get(to)?.flags ?? []));
  return found;
}

async function flagsOf(entry: Entry): Promise<string[]> {
  const { command } = await entry.load();
  const shown = Object.entries(command.flags).filter(([, { hidden }]) => !hidden);
  return [...namesOf(Object.fromEntries(shown)).keys()].map((name) => `-${name}`);
}
