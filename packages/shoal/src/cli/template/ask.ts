import { setTimeout as delay } from 'node:timers/promises';
import type { ConsulClient } from '@shoal/api';
import { type Dependency, type GivenData, givenAnswer } from '@shoal/gotemplate';
import { askConsul } from '../../client/templates/consul-source.ts';
import { askFile } from '../../client/templates/file-source.ts';
import { CommandError } from '../errors.ts';

export type Sources = {
  readonly data: GivenData | undefined;
  /** Missing: what the data does not have is not asked for. */
  readonly consul: ConsulClient | undefined;
};

/** Asks for what a template depends on: the data first, then Consul. Files are those of the current folder. */
export async function askFor(dependency: Dependency, { data, consul }: Sources): Promise<unknown> {
  const given = data && givenAnswer(data, dependency);
  if (given) return given.answer;
  const signal = new AbortController().signal;
  const sleep = (ms: number, until: AbortSignal) => delay(ms, undefined, { signal: until });
  if (dependency.type === 'file') {
    const base = process.cwd();
    return (await askFile({ path: dependency.path, base, sandbox: undefined, after: undefined, signal, sleep })).data;
  }
  const member = MEMBERS[dependency.type];
  if (dependency.type.startsWith('nomad.'))
    throw new CommandError(`what Nomad knows comes from data: give it with -data, as "${member}"`);
  if (consul === undefined) throw new CommandError(`the data has no "${member}", and -consul-addr is not given`);
  return (await askConsul(consul, dependency, { after: undefined, signal, sleep }))?.data;
}

/** Where the data has what is asked for. */
const MEMBERS: Readonly<Record<Exclude<Dependency['type'], 'file'>, string>> = {
  'kv.get': 'keys',
  'kv.block': 'keys',
  'kv.list': 'keys',
  'health.service': 'services',
  'catalog.services': 'services',
  'catalog.nodes': 'nodes',
  'catalog.node': 'nodes',
  'catalog.datacenters': 'datacenters',
  'nomad.services': 'services',
  'nomad.service': 'services',
  'nomad.var.get': 'variables',
  'nomad.var.block': 'variables',
  'nomad.var.list': 'variables',
};
