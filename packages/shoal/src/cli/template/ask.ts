import { setTimeout as delay } from 'node:timers/promises';
import type { ConsulClient, NomadClient } from '@shoal/api';
import { type Dependency, type GivenData, givenAnswer } from '@shoal/gotemplate';
import { askConsul } from '../../client/templates/consul-source.ts';
import { askFile } from '../../client/templates/file-source.ts';
import { CommandError } from '../errors.ts';

export type Sources = {
  readonly data: GivenData | undefined;
  /** Missing: what the data does not have is not asked for. */
  readonly consul: ConsulClient | undefined;
  /** For what Nomad itself keeps. */
  readonly nomad: NomadClient | undefined;
};

/** Asks for what a template depends on: the data first, then Consul or Nomad. Files are those of the current folder. */
export async function askFor(dependency: Dependency, { data, consul, nomad }: Sources): Promise<unknown> {
  const given = data && givenAnswer(data, dependency);
  if (given) return given.answer;
  const signal = new AbortController().signal;
  const sleep = (ms: number, until: AbortSignal) => delay(ms, undefined, { signal: until });
  if (dependency.type === 'file') {
    const base = process.cwd();
    return (await askFile({ path: dependency.path, base, sandbox: undefined, after: undefined, signal, sleep })).data;
  }
  const member = MEMBERS[dependency.type];
  if (dependency.type.startsWith('nomad.')) {
    if (nomad) return askNomad(nomad, dependency);
    throw new CommandError(`the data has no "${member}", and -nomad-addr is not given`);
  }
  if (consul === undefined) throw new CommandError(`the data has no "${member}", and -consul-addr is not given`);
  return (await askConsul(consul, dependency, { after: undefined, signal, sleep }))?.data;
}

/** As the user who asks: what a task may read is no matter here. */
async function askNomad({ variables, services }: NomadClient, dependency: Dependency): Promise<unknown> {
  const place = 'namespace' in dependency && dependency.namespace !== '' ? { namespace: dependency.namespace } : {};
  switch (dependency.type) {
    case 'nomad.var.get':
    case 'nomad.var.block':
      return (await variables.read(dependency.path, place)).value;
    case 'nomad.var.list':
      return (await variables.list({ ...place, prefix: dependency.prefix })).value;
    case 'nomad.services':
      return (await services.list()).value;
    case 'nomad.service':
      return (await services.read(dependency.name)).value;
    default:
      throw new CommandError(`${dependency.type} cannot be asked for: give it with -data`);
  }
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
