import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'vitest';
import { runs, seed, survive } from '../support/mutations.ts';
import { load, shown } from './environment.ts';

const folder = new URL('fixtures', import.meta.url).pathname;
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(hcl|json)$/.test(name));
const corpus = names.map((name) => readFileSync(`${folder}/${name}`, 'utf8'));

const PIECES = [
  '{', '}', '"', '[', ']', '=', ':', ',', '\n', '\0', '\\', '🦊', 'null', 'true', '-1', '1e999', '[[[[[[', '{"a":', 'server', 'client {', 'ports {', 'dns {',
  'addresses {', 'acl {', 'telemetry {', 'bind_addr = "{{ GetPrivateIP }}"', '{{ GetAllInterfaces | include "name" "(a*)*b" | limit 999999999999 }}',
  '{{ GetInterfaceIP "eth0" | math "address" "+999999999999999999999" }}', '"{{ "', 'data_dir = "/d"', 'constructor', '__proto__', 'toString = 1', '"__proto__": {"a": 1}',
]; // biome-ignore format: a list of words

test(`${runs} mutations of agents' configurations are read or refused, each soon (seed ${seed})`, {
  timeout: 8 * 3_600_000,
}, async () => {
  await survive(corpus, PIECES, async (source, run) => {
    const loaded = await load({ [run % 3 === 0 ? 'a.json' : 'a.hcl']: source });
    if (loaded.config === undefined && shown(loaded) === '') throw new Error('refused without a word');
  });
});
