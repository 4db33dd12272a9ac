import type { KVPair } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { CommandError } from '../errors.ts';
import { bytesOf, keyOf } from '../key.ts';
import { columns } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags] [KEY]',
  description: `Prints the value of a key; with -recurse or -keys all keys that begin so.`,
  args: [0, 1],
  flags: {
    recurse: { kind: 'bool', help: 'All keys that begin so, as KEY:VALUE' },
    keys: { kind: 'bool', help: 'Names of keys that begin so' },
    separator: { kind: 'text', value: 'TEXT', help: 'With -keys: only up to this, after what was given; default /' },
    detailed: { kind: 'bool', help: 'Also indexes and flags' },
    base64: { kind: 'bool', help: 'Values in base64' },
    ...CONSUL_FLAGS,
  },
  examples: ['kv get app/color', 'kv get -recurse app/', 'kv get -keys app/'],
  async run({ flags, args, io, env }) {
    const { kv } = connectConsul(flags, env);
    const key = keyOf(args[0] ?? '');
    if (flags.keys) {
      for (const name of await kv.keys(key, flags.separator ?? '/')) io.out(`${name}\n`);
      return 0;
    }
    if (!flags.recurse && key === '')
      throw new CommandError('Missing KEY argument: name a key (or say -recurse or -keys for all)');
    const pairs = flags.recurse ? await kv.tree(key) : [await kv.get(key)].filter((pair) => pair !== undefined);
    if (pairs.length === 0 && !flags.recurse) throw new CommandError(`No key exists at: ${key}`);
    const show = { base64: flags.base64 === true, named: flags.recurse === true };
    if (flags.detailed) io.out(pairs.map((pair) => detailed(pair, show.base64)).join('\n'));
    else for (const pair of pairs) await io.pour(line(pair, show));
    return 0;
  },
});

/** Values are bytes: they are printed as they are. */
async function* line(pair: KVPair, { base64, named }: { base64: boolean; named: boolean }) {
  if (named) yield Buffer.from(`${pair.Key}:`);
  yield base64 ? Buffer.from(pair.Value ?? '') : bytesOf(pair);
  yield Buffer.from('\n');
}

/** Aligned as Consul does it: scripts cut this. */
function detailed(pair: KVPair, base64: boolean): string {
  const fields: [string, string][] = [
    ['CreateIndex', String(pair.CreateIndex)],
    ['Flags', String(pair.Flags)],
    ['Key', pair.Key],
    ['LockIndex', String(pair.LockIndex)],
    ['ModifyIndex', String(pair.ModifyIndex)],
    ['Session', pair.Session ?? '-'],
    ['Value', base64 ? (pair.Value ?? '') : bytesOf(pair).toString('utf8')],
  ];
  return columns(fields, '      ');
}
