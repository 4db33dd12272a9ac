import { FunctionError } from '../../errors.ts';
import type { FunctionSet } from '../../functions.ts';
import { element, items, kindOf, raw, structFields, Typed, typeName } from '../../values.ts';
import { type Dependency, kvDependency, kvListDependency } from '../dependency.ts';
import type { Current } from '../evaluation.ts';
import { listOf } from '../values.ts';

const PAIRS = '*dependency.KeyPair';
const MAP = 'map[string]interface {}';

/** Consul's key/value store: `key`, `keyExists`, `keyOrDefault`, `ls`, `tree`, and what groups pairs. */
export function kvFunctions(current: Current): FunctionSet {
  const pairs = (text: unknown): Typed | undefined => {
    if (raw(text) === '') return listOf(PAIRS, []);
    return current().need(kvListDependency(String(raw(text)))) as Typed | undefined;
  };
  const list = (keep: (key: string) => boolean, waits: boolean) => (text: unknown) => {
    const found = pairs(text);
    const kept = items(found).filter((pair) => keep(String(field(pair, 'Key'))));
    if (waits && raw(text) !== '' && found !== undefined && items(found).length === 0) {
      current().wait(kvListDependency(String(raw(text))));
    }
    return listOf(PAIRS, kept);
  };
  const text = { min: 1, max: 1, params: ['string'] } as const;
  return {
    /** The value of a key. The template waits until there is one. */
    key: { ...text, call: (path) => (raw(path) === '' ? '' : textOf(current().need(get('kv.block', path)))) },
    /** Whether there is such a key. */
    keyExists: {
      ...text,
      call: (path) => {
        const pair = raw(path) === '' ? null : current().need(get('kv.get', path));
        return pair !== null && pair !== undefined;
      },
    },
    /** The pair of a key; its Exists says whether there is one. */
    keyExistsGet: {
      ...text,
      call: (path) => {
        const pair = raw(path) === '' ? null : current().need(get('kv.get', path));
        return pair ?? new Typed(PAIRS, { Path: '', Key: '', Value: '', Exists: false });
      },
    },
    /** The value of a key, or the default. */
    keyOrDefault: {
      min: 2,
      max: 2,
      params: ['string', 'string'],
      call: (path, otherwise) => {
        const pair = raw(path) === '' ? null : current().need(get('kv.get', path));
        return textOf(pair) || otherwise;
      },
    },
    /** The pairs directly below a path. */
    ls: { ...text, call: list(isDirect, false) },
    /** The same, but the template waits while there are none. */
    safeLs: { ...text, call: list(isDirect, true) },
    /** All pairs below a path. */
    tree: { ...text, call: list(isLeaf, false) },
    /** The same, but the template waits while there are none. */
    safeTree: { ...text, call: list(isLeaf, true) },
    /** Pairs by their first folder, then by the rest of their key. */
    byKey: { min: 1, max: 1, params: [`[]${PAIRS}`], call: byKey },
    /** Pairs as maps in maps, a level for each folder. */
    explode: { min: 1, max: 1, params: [`[]${PAIRS}`], call: explodePairs },
    /** Both maps as one; what the base has stays. */
    mergeMap: { min: 2, max: 2, params: [MAP, MAP], call: (base, more) => merged(base, more, false) },
    /** Both maps as one; what the second has counts. */
    mergeMapWithOverride: { min: 2, max: 2, params: [MAP, MAP], call: (base, more) => merged(base, more, true) },
    /** The same for a map whose keys have slashes. */
    explodeMap: { min: 1, max: 1, params: ['map[string]interface {}'], call: explodeMap },
  };
}

function get(type: 'kv.get' | 'kv.block', path: unknown): Dependency {
  return kvDependency(type, String(raw(path)));
}

function textOf(pair: unknown): string {
  return pair === null || pair === undefined ? '' : String(field(pair, 'Value'));
}

function field(pair: unknown, name: string): unknown {
  return element(pair, name);
}

/** Both maps as one, maps in them as well; of a key that both have, one wins. */
function merged(base: unknown, more: unknown, moreWins: boolean): Typed {
  const result: Record<string, unknown> = Object.assign(Object.create(null), raw(base));
  for (const [key, value] of Object.entries(raw(more) as object)) {
    const own = result[key];
    const bothMaps = kindOf(own) === 'map' && kindOf(value) === 'map';
    if (bothMaps) result[key] = merged(own, value, moreWins);
    else if (moreWins || own === undefined) result[key] = value;
  }
  return new Typed(MAP, result);
}

const isDirect = (key: string): boolean => key !== '' && !key.includes('/');
const isLeaf = (key: string): boolean => key !== '' && !key.endsWith('/');

/** By the first folder, then by the rest of the key, which is what the pair is called there. */
function byKey(pairs: unknown): Typed {
  const folders: Record<string, Record<string, Typed>> = Object.create(null);
  for (const pair of items(pairs)) {
    const [folder = '', ...rest] = String(field(pair, 'Key')).split('/');
    if (rest.length === 0) continue;
    const key = rest.join('/');
    folders[folder] ??= Object.create(null) as Record<string, Typed>;
    folders[folder][key] = new Typed(PAIRS, { ...Object.fromEntries(structFields(pair)), Key: key });
  }
  const typed = Object.entries(folders).map(([name, group]) => [name, new Typed(`map[string]${PAIRS}`, group)]);
  return new Typed(`map[string]map[string]${PAIRS}`, Object.fromEntries(typed));
}

function explodePairs(pairs: unknown): Typed {
  const entries = items(pairs).map((pair) => [String(field(pair, 'Key')), field(pair, 'Value')] as const);
  return explode('explode', entries);
}

function explodeMap(map: unknown): Typed {
  const entries = Object.entries(raw(map) as Record<string, unknown>);
  return explode(
    'explodeMap',
    entries.sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Keys with slashes become maps in maps. */
function explode(name: string, entries: readonly (readonly [string, unknown])[]): Typed {
  const root: Record<string, unknown> = Object.create(null);
  for (const [path, value] of entries) place(name, root, path, value);
  return new Typed('map[string]interface {}', root);
}

function place(name: string, root: Record<string, unknown>, path: string, value: unknown): void {
  const folders = path.split('/');
  const key = folders.pop() ?? '';
  let map = root;
  for (const [depth, folder] of folders.entries()) {
    map[folder] ??= Object.create(null);
    const next = map[folder];
    if (kindOf(next) !== 'map' || next instanceof Typed) {
      const rest = path.split('/').slice(depth).join('/');
      throw new FunctionError(`${name}: not a map: "${rest}": "${folder}" already has value ${describe(next)}`);
    }
    map = next as Record<string, unknown>;
  }
  if (key !== '') map[key] = value;
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : `of type ${typeName(value)}`;
}
