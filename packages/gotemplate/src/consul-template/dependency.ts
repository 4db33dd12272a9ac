import { FunctionError } from '../errors.ts';

/** A piece of data that a template asked for. `dc` is '' for the agent's own datacenter. */
export type Dependency =
  /** `kv.get` may be absent; a template that asks for a `kv.block` waits until it is there. */
  | { readonly type: 'kv.get' | 'kv.block'; readonly key: string; readonly dc: string }
  | { readonly type: 'kv.list'; readonly prefix: string; readonly dc: string }
  | HealthServiceDependency
  | { readonly type: 'catalog.services'; readonly dc: string }
  | { readonly type: 'catalog.nodes'; readonly dc: string; readonly near: string }
  /** `name` '' is the agent's own node. */
  | { readonly type: 'catalog.node'; readonly name: string; readonly dc: string }
  | { readonly type: 'catalog.datacenters'; readonly ignoreFailing: boolean }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'nomad.services' }
  | { readonly type: 'nomad.service'; readonly name: string; readonly choose: Choice | undefined }
  /** `nomad.var.get` may be absent; a template that asks for a `nomad.var.block` waits until it is there. `namespace` '' is the agent's own. */
  | { readonly type: 'nomad.var.get' | 'nomad.var.block'; readonly path: string; readonly namespace: string }
  | { readonly type: 'nomad.var.list'; readonly prefix: string; readonly namespace: string };

export type HealthServiceDependency = {
  readonly type: 'health.service';
  readonly name: string;
  readonly tag: string;
  readonly dc: string;
  /** A node: nearest to it first. */
  readonly near: string;
  /** Statuses that are wanted; `any` for all. */
  readonly filters: readonly string[];
};

/** The same `count` instances for the same `key`, by rendezvous hashing. */
export type Choice = { readonly count: number; readonly key: string };

/** A dependency's name as consul-template writes it: `health.service(web|passing)`. Two with the same name are the same. */
export function nameOf(dependency: Dependency): string {
  switch (dependency.type) {
    case 'kv.get':
    case 'kv.block':
      return `${dependency.type}(${dependency.key}${at(dependency.dc)})`;
    case 'kv.list':
      return `kv.list(${dependency.prefix}${at(dependency.dc)})`;
    case 'health.service':
      return `health.service(${serviceName(dependency)})`;
    case 'catalog.services':
      return withDetails('catalog.services', at(dependency.dc));
    case 'catalog.nodes':
      return withDetails('catalog.nodes', at(dependency.dc) + near(dependency.near));
    case 'catalog.node':
      return withDetails('catalog.node', dependency.name + at(dependency.dc));
    case 'catalog.datacenters':
      return 'catalog.datacenters';
    case 'file':
      return `file(${dependency.path})`;
    case 'nomad.services':
      return 'nomad.services';
    case 'nomad.service': {
      const { choose, name } = dependency;
      return `nomad.service(${name}${choose === undefined ? '' : `~${choose.count}|${choose.key}`})`;
    }
    case 'nomad.var.get':
    case 'nomad.var.block':
      return `${dependency.type}(${dependency.path}${at(dependency.namespace)})`;
    case 'nomad.var.list':
      return `nomad.var.list(${dependency.prefix}${at(dependency.namespace)})`;
  }
}

const DC = String.raw`(?:@(?<dc>[\w.-]+))?`;
const NEAR = String.raw`(?:~(?<near>[\w.-]+))?`;
const KV = new RegExp(`^/?(?<key>[^@]+)${DC}$`);
const PREFIX = new RegExp(`^/?(?<prefix>[^@]*)${DC}$`);
const SERVICE = new RegExp(String.raw`^(?:(?<tag>[\w=:.\-]+)\.)?(?<name>[\w-]+)${DC}${NEAR}(?:\|(?<filter>[\w,]+))?$`);
const SERVICES = new RegExp(`^${DC}$`);
const NODES = new RegExp(`^${DC}${NEAR}$`);
const NODE = new RegExp(String.raw`^(?<name>[\w.-]+)?${DC}$`);
const VARIABLE = /^\/?(?<path>[^@]+)(?:@(?<namespace>[\w-]+)(?:\.[\w-]+)?)?$/;
const VARIABLES = /^\/?(?<prefix>[^@]*)(?:@(?<namespace>[\w-]+)(?:\.[\w-]+)?)?$/;
const FILTERS: readonly string[] = ['any', 'passing', 'warning', 'critical', 'maintenance'];

export function kvDependency(type: 'kv.get' | 'kv.block', text: string): Dependency {
  const { key = '', dc = '' } = read(KV, 'kv.get', text);
  return { type, key, dc };
}

export function kvListDependency(text: string): Dependency {
  const { prefix = '', dc = '' } = read(PREFIX, 'kv.list', text);
  return { type: 'kv.list', prefix, dc };
}

/** `tag.name@dc~near|filter,filter`; without a filter only what passes. */
export function healthServiceDependency(text: string): HealthServiceDependency {
  const {
    tag = '',
    name = '',
    dc = '',
    near: nearest = '',
    filter = 'passing',
  } = read(SERVICE, 'health.service', text);
  const filters = filter.split(',').filter((part) => part !== '');
  const odd = filters.find((part) => !FILTERS.includes(part));
  if (odd !== undefined) throw new FunctionError(`health.service: invalid filter: "${odd}" in "${text}"`);
  return { type: 'health.service', name, tag, dc, near: nearest, filters };
}

export function catalogServicesDependency(text: string): Dependency {
  return { type: 'catalog.services', dc: read(SERVICES, 'catalog.services', text)['dc'] ?? '' };
}

export function catalogNodesDependency(text: string): Dependency {
  const { dc = '', near: nearest = '' } = read(NODES, 'catalog.nodes', text);
  return { type: 'catalog.nodes', dc, near: nearest };
}

export function catalogNodeDependency(text: string): Dependency {
  const { name = '', dc = '' } = read(NODE, 'catalog.node', text);
  return { type: 'catalog.node', name, dc };
}

/** `path@namespace` */
export function nomadVariableDependency(type: 'nomad.var.get' | 'nomad.var.block', text: string): Dependency {
  const { path = '', namespace = '' } = read(VARIABLE, type, text);
  return { type, path, namespace };
}

export function nomadVariablesDependency(text: string): Dependency {
  const { prefix = '', namespace = '' } = read(VARIABLES, 'nomad.var.list', text);
  return { type: 'nomad.var.list', prefix, namespace };
}

function read(form: RegExp, what: string, text: string): Record<string, string | undefined> {
  const found = form.exec(text);
  if (found === null) throw new FunctionError(`${what}: invalid format: "${text}"`);
  return found.groups ?? {};
}

function serviceName({ tag, name, dc, near: nearest, filters }: HealthServiceDependency): string {
  const filter = filters.length === 0 ? '' : `|${filters.join(',')}`;
  return `${tag === '' ? '' : `${tag}.`}${name}${at(dc)}${near(nearest)}${filter}`;
}

function withDetails(name: string, details: string): string {
  return details === '' ? name : `${name}(${details})`;
}

function at(dc: string): string {
  return dc === '' ? '' : `@${dc}`;
}

function near(node: string): string {
  return node === '' ? '' : `~${node}`;
}
