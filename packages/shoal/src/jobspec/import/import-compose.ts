import { format } from '@shoal/hcl';
import { parse } from 'yaml';
import { type Hosts, hostsOf, mentionsIn } from './addresses.ts';
import { ImportError } from './errors.ts';
import { argument, block, comment, type Expression, gap, hclText, type Item } from './hcl-text.ts';
import { interpolated, resolved, type Variables } from './interpolate.ts';
import type { LocalPath, Mentions, Project } from './project.ts';
import { groupOf, servicePorts } from './service.ts';
import { isMapping, type Mapping, mapping, pairs, text, texts } from './yaml-values.ts';

export type ComposeImport = {
  /** The file's text. */
  readonly source: string;
  /** Name of the job, instead of the project's. */
  readonly name?: string;
  /** The folder that the file is in, which names the project where nothing else does. */
  readonly folder: string;
  /** The project's `.env` file. */
  readonly env: Readonly<Record<string, string>>;
  /** What there is beside the Compose file; without it, names tell files from folders. */
  readonly look?: (path: string) => LocalPath | undefined;
};

/**
 * A Docker Compose file as a job file: a group for each service, comments where something has no equal or needs a thought.
 * Source: Compose specification (https://github.com/compose-spec/compose-spec).
 *
 * @throws ImportError if it is no Compose file
 */
export function importCompose({ source, name, folder, env, look = () => undefined }: ComposeImport): string {
  const file = read(source);
  const services = Object.entries(mapping(file['services'])).filter((entry): entry is [string, Mapping] =>
    isMapping(entry[1]),
  );
  if (services.length === 0) throw new ImportError('there are no services in it: is it a Compose file?');
  const variables: Variables = new Map();
  const projectName = jobName(name ?? text(file['name']) ?? folder);
  const write = (value: string): Expression => interpolated(value, variables, env);
  const resolve = (value: string) => resolved(value, env);
  const hosts = hostsOf(services);
  const mentioned = mentionsOf(services, hosts, resolve);
  const project: Project = {
    name: projectName,
    volume: (each) => volumeName(each, file['volumes'], composeName(name ?? text(file['name']) ?? folder)),
    secrets: file['secrets'],
    configs: file['configs'],
    mentioned,
    hosts,
    ports: new Map(
      services.map(([each, service]) => [each, servicePorts(each, service, { mentioned, resolve, write }).ports]),
    ),
    look,
    write,
    resolve,
  };
  const groups = services.flatMap(([each, service]) => [gap, groupOf(each, service, project)]);
  const items = [
    comment(`Made from a Docker Compose file. Services find each other by DNS (NAME.service.consul) and by templates.`),
    ...variableBlocks(variables),
    gap,
    block('job', [projectName], [argument('datacenters', ['*']), ...topLevel(file), ...groups]),
  ];
  return laidOut(hclText(items));
}

function laidOut(written: string): string {
  const { text: formatted, diagnostics } = format(written, 'job.nomad.hcl');
  if (formatted === undefined) throw new Error(`the job file that was made cannot be read: ${diagnostics[0]?.detail}`);
  return formatted;
}

function read(source: string): Mapping {
  try {
    const file: unknown = parse(source, { merge: true });
    if (isMapping(file)) return file;
  } catch (cause) {
    // The reader throws plain errors as well, for merges and aliases that cannot be followed.
    throw new ImportError(`it is no YAML: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  throw new ImportError('it is no mapping: is it a Compose file?');
}

/** Compose puts the project's name in front, unless the volume has one of its own: data that is there is found again. */
function volumeName(name: string, declared: unknown, project: string): string {
  const volume = mapping(mapping(declared)[name]);
  const external = volume['external'];
  const own = text(volume['name']) ?? text(mapping(external)['name']);
  if (own !== undefined) return own;
  return external === true || isMapping(external) ? name : `${project}_${name}`;
}

/** A project's name as Compose makes it. */
function composeName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, '')
      .replace(/^[_-]+/, '') || 'compose'
  );
}

function jobName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'compose'
  );
}

/** What the services tell of each other: `db:5432` in anybody's environment says that the service db has a port 5432. */
function mentionsOf(
  services: readonly (readonly [string, Mapping])[],
  hosts: Hosts,
  resolve: (text: string) => string | undefined,
): Mentions {
  const ports = new Map(services.map(([name]) => [name, new Set<number>()]));
  const [alone, needed] = [new Set<string>(), new Set<string>()];
  for (const [self, service] of services) {
    for (const [key, value] of pairs(service['environment'])) {
      const found = mentionsIn(key, resolve(value ?? '') ?? value ?? '', hosts);
      for (const { name, port } of found) {
        if (port !== undefined) ports.get(name)?.add(port);
        else if (name !== self) alone.add(name);
      }
    }
    const { depends_on: others, links } = service;
    for (const name of [...(isMapping(others) ? Object.keys(others) : texts(others)), ...texts(links)])
      needed.add(name.replace(/:.*$/, ''));
  }
  return { ports, alone, needed };
}

function variableBlocks(variables: Variables): Item[] {
  return [...variables].flatMap(([name, value]) => [
    gap,
    block(
      'variable',
      [name],
      [argument('type', { code: 'string' }), ...(value === undefined ? [] : [argument('default', value)])],
    ),
  ]);
}

const TOP_LEVEL = new Set(['version', 'name', 'services', 'volumes', 'networks', 'secrets', 'configs', 'include']);

/** Volumes and networks are of the project; what is special about them is told. */
function topLevel(file: Mapping): Item[] {
  const special = (kind: string, plain: string) =>
    Object.entries(mapping(file[kind])).filter(([, each]) => isSpecial(mapping(each), plain));
  return [
    ...special('volumes', 'local').map(([name]) =>
      comment(`The volume "${name}" is external or has a driver of its own: see its mounts.`),
    ),
    ...special('networks', 'bridge').map(([name]) =>
      comment(`The network "${name}" is external or has a driver of its own, which has no equal here.`),
    ),
    ...Object.keys(file)
      .filter((key) => !TOP_LEVEL.has(key) && !key.startsWith('x-'))
      .map((key) => comment(`${key} has no equal here.`)),
    ...(file['include'] === undefined ? [] : [comment('include: import the other files one by one.')]),
  ];
}

function isSpecial(declared: Mapping, plain: string): boolean {
  const { external, driver, driver_opts: options } = declared;
  return (external !== undefined && external !== false) || (driver ?? plain) !== plain || options !== undefined;
}
