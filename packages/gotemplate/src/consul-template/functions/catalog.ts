import { FunctionError } from '../../errors.ts';
import type { FunctionSet } from '../../functions.ts';
import { element, items, raw, Typed, typeName } from '../../values.ts';
import {
  catalogNodeDependency,
  catalogNodesDependency,
  catalogServicesDependency,
  type Dependency,
  healthServiceDependency,
} from '../dependency.ts';
import type { Current } from '../evaluation.ts';
import { listOf } from '../values.ts';

const SERVICE = '*dependency.HealthService';
const TAGGED: readonly string[] = [SERVICE, '*dependency.CatalogSnippet', '*dependency.CatalogService'];

/** Consul's catalog: services, nodes, datacenters, and what groups services. */
export function catalogFunctions(current: Current): FunctionSet {
  const list = (type: string, dependency: Dependency): unknown => current().need(dependency) ?? listOf(type, []);
  return {
    /** The instances of a service that pass, or whose status is among those. */
    service: {
      call: (...parts) => {
        const name = texts('service', parts).join('|');
        return name === '' ? listOf(SERVICE, []) : list(SERVICE, healthServiceDependency(name));
      },
    },
    /** Every service with its tags. */
    services: {
      call: (...parts) =>
        list('*dependency.CatalogSnippet', catalogServicesDependency(texts('services', parts).join(''))),
    },
    /** A node with its services; without a name that of the agent. */
    node: { call: (...parts) => current().need(catalogNodeDependency(texts('node', parts).join(''))) ?? null },
    /** Every node. */
    nodes: {
      call: (...parts) => list('*dependency.Node', catalogNodesDependency(texts('nodes', parts).join(''))),
    },
    /** The names of the datacenters. */
    datacenters: { call: (...given) => list('string', datacentersDependency(given)) },
    /** Services by each of their tags. */
    byTag: { min: 1, max: 1, call: byTag },
    /** Services by their ports. */
    byPort: { min: 1, max: 1, params: [`[]${SERVICE}`], call: byPort },
    /** Services by values of their meta. */
    byMeta: {
      min: 2,
      max: 2,
      params: ['string', `[]${SERVICE}`],
      call: (names, list) => byMeta(String(raw(names)), list),
    },
    ...refused('a service mesh', ['connect', 'caRoots', 'caLeaf']),
    ...refused('clusters that are peers', ['partitions', 'peerings', 'exportedServices']),
  };
}

/** Functions of systems that are not there: known by name, so that the message can say what is missing. */
export function refused(what: string, names: readonly string[]): FunctionSet {
  const call = (): never => {
    throw new FunctionError(`it needs ${what}, which is not there`);
  };
  return Object.fromEntries(names.map((name) => [name, { call }]));
}

export function texts(name: string, values: readonly unknown[]): string[] {
  const odd = values.find((value) => typeof raw(value) !== 'string');
  if (odd !== undefined) throw new FunctionError(`${name}: wrong type ${typeName(odd)}, expected string`);
  return values.map((value) => String(raw(value)));
}

function datacentersDependency(given: readonly unknown[]): Dependency {
  if (given.length > 1) {
    throw new FunctionError(`datacenters: wrong number of arguments, expected 0 or 1, but got ${given.length}`);
  }
  const [ignore = false] = given;
  if (typeof ignore !== 'boolean')
    throw new FunctionError(`datacenters: wrong type ${typeName(ignore)}, expected bool`);
  return { type: 'catalog.datacenters', ignoreFailing: ignore };
}

function byTag(list: unknown): Typed {
  if (!TAGGED.some((type) => typeName(list) === `[]${type}`)) {
    throw new FunctionError(`byTag: wrong argument type ${typeName(list)}`);
  }
  const groups: Record<string, unknown[]> = Object.create(null);
  for (const service of items(list)) {
    for (const tag of items(element(service, 'Tags'))) group(groups, String(tag), service);
  }
  return new Typed('map[string][]interface {}', groups);
}

function byPort(list: unknown): Typed {
  const groups = new Map<unknown, unknown[]>();
  for (const service of items(list)) {
    const port = element(service, 'Port');
    const known = groups.get(port);
    if (known === undefined) groups.set(port, [service]);
    else known.push(service);
  }
  const lists = Array.from(groups, ([port, services]) => [port, listOf(SERVICE, services)] as const);
  return new Typed(`map[int][]${SERVICE}`, new Map(lists));
}

/** `zone,version|int`: the values of these keys, joined by `_`; with `|int` padded, so that they sort as numbers. */
function byMeta(names: string, list: unknown): Typed {
  const keys = names.split(',').map((name) => name.trim());
  const groups: Record<string, unknown[]> = Object.create(null);
  for (const service of items(list)) {
    const meta = element(service, 'ServiceMeta');
    group(groups, keys.map((key) => metaValue(key, meta)).join('_'), service);
  }
  const lists = Object.entries(groups).map(([key, services]) => [key, listOf(SERVICE, services)]);
  return new Typed(`map[string][]${SERVICE}`, Object.fromEntries(lists));
}

function metaValue(key: string, meta: unknown): string {
  const [name = '', form = ''] = key.split('|');
  const value = String(element(meta, name) ?? '');
  if (form !== 'int') return value;
  if (!/^[+-]?\d+$/.test(value)) throw new FunctionError(`byMeta: "${name}" is "${value}", which is no number`);
  return value.padStart(5, '0');
}

function group(groups: Record<string, unknown[]>, name: string, member: unknown): void {
  groups[name] ??= [];
  groups[name].push(member);
}
