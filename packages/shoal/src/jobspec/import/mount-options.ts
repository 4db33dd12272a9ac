import { argument, block, type Item } from './hcl-text.ts';
import { bytes, type Mapping, mapping, modeBits, text } from './yaml-values.ts';

/** More about a mount: blocks of the docker driver, and what it has no equal for. */
export type MountOptions = { readonly options: readonly Item[]; readonly notes: readonly string[] };

/** `bind`, `volume` and `tmpfs` of a mount in long form. */
export function mountOptions(entry: Mapping): MountOptions {
  const [bind, volume, tmpfs] = ['bind', 'volume', 'tmpfs'].map((name) => mapping(entry[name])) as [
    Mapping,
    Mapping,
    Mapping,
  ];
  return {
    options: [
      ...optionBlock('bind_options', { propagation: text(bind['propagation']) }),
      ...optionBlock('volume_options', { no_copy: volume['nocopy'] === true ? true : undefined }),
      ...optionBlock('tmpfs_options', { size: bytes(tmpfs['size']), mode: modeBits(tmpfs['mode']) }),
    ],
    notes: [
      ...(bind['selinux'] === undefined ? [] : [`selinux "${text(bind['selinux'])}" has no equal in a mount block`]),
      ...(volume['subpath'] === undefined ? [] : [`subpath "${text(volume['subpath'])}" has no equal here`]),
      ...(entry['consistency'] === undefined ? [] : ['consistency has no equal here']),
    ],
  };
}

/** `size=64m,mode=1777` behind the path of a tmpfs. */
export function tmpfsOptions(written: string): MountOptions {
  const given = new Map(
    written
      .split(',')
      .filter((part) => part !== '')
      .map((part) => part.split('=') as [string, string | undefined]),
  );
  const [size, mode] = [bytes(given.get('size')), given.get('mode')];
  const others = [...given.keys()].filter((name) => name !== 'size' && name !== 'mode');
  return {
    options: optionBlock('tmpfs_options', { size, mode: modeBits(mode) }),
    notes: others.map((name) => `tmpfs: ${name} has no equal here`),
  };
}

function optionBlock(name: string, given: Readonly<Record<string, string | number | boolean | undefined>>): Item[] {
  const items = Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [argument(key, value)]));
  return items.length === 0 ? [] : [block(name, [], items)];
}
