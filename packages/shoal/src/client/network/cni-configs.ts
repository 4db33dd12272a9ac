import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigList, readConfigList } from './cni/config-list.ts';
import { NetworkError } from './errors.ts';

export type FoundConfigs = {
  /** By name; where two files have the same one, the first counts. */
  readonly lists: ReadonlyMap<string, ConfigList>;
  /** What is wrong with files that are left out. */
  readonly mistakes: readonly string[];
};

/** The network configurations in `cni_config_dir`: files that end in `.conflist`, `.conf` and `.json`, by the order of their names. */
export async function findConfigs(folder: string): Promise<FoundConfigs> {
  const names = await readdir(folder).catch(() => []);
  const lists = new Map<string, ConfigList>();
  const mistakes: string[] = [];
  for (const name of names.filter((file) => /\.(?:conflist|conf|json)$/.test(file)).sort()) {
    const file = join(folder, name);
    try {
      const list = readConfigList(await readFile(file, 'utf8'), file);
      if (!lists.has(list.name)) lists.set(list.name, list);
    } catch (error) {
      mistakes.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { lists, mistakes };
}

/** Throws `NetworkError` when there is none of that name. */
export async function configNamed(name: string, folder: string): Promise<ConfigList> {
  const { lists, mistakes } = await findConfigs(folder);
  const list = lists.get(name);
  if (list !== undefined) return list;
  const known = [...lists.keys()].join(', ') || 'none';
  const why = mistakes.length > 0 ? ` (${mistakes.join('; ')})` : '';
  throw new NetworkError(`there is no network configuration "${name}" in ${folder}; there are: ${known}${why}`, {
    recoverable: false,
  });
}
