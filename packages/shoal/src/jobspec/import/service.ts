import { mentionsIn, portService } from './addresses.ts';
import { DRIVER_KEYS, driverConfig } from './driver-config.ts';
import { envFiles, environment } from './environment.ts';
import { argument, block, comment, type Expression, gap, type Item, optional } from './hcl-text.ts';
import { checksOf } from './health.ts';
import { imagePort } from './image-ports.ts';
import { known, unknowns } from './known.ts';
import { constraintBlocks, countOf, restartBlock, spreadBlocks, updateBlock } from './policies.ts';
import { networkBlock, type PublishedPort, portsOf } from './ports.ts';
import { type Project, serviceName } from './project.ts';
import { remarks } from './remarks.ts';
import { resourcesBlock } from './resources.ts';
import { filesOf, mountsOf } from './volumes.ts';
import { command, type Mapping, mapping, pairs, text, texts } from './yaml-values.ts';

const HANDLED = new Set([
  ...['image', 'build', 'command', 'entrypoint', 'environment', 'env_file', 'ports', 'expose', 'volumes', 'tmpfs'],
  ...['deploy', 'scale', 'restart', 'healthcheck', 'labels', 'user', 'stop_signal', 'stop_grace_period', 'secrets'],
  ...['configs', 'mem_limit', 'mem_reservation', 'cpus', 'depends_on', 'container_name', 'networks', 'links'],
  ...['extends', 'profiles', 'platform', 'gpus'],
  ...DRIVER_KEYS,
]);

/** A service of Compose as a group with one task: each may run on another node. */
export function groupOf(name: string, given: Mapping, project: Project): Item {
  const service = known(given, project.resolve);
  const { ports, notes } = servicePorts(name, service, project);
  return block(
    'group',
    [name],
    [
      argument('count', countOf(service)),
      ...spaced([
        [
          ...remarks(service, (key) => HANDLED.has(key)),
          ...commandRemarks(name, service, project).map(comment),
          ...unknowns(given, project.resolve).map(comment),
          ...notes.map(comment),
        ],
        constraintBlocks(service),
        spreadBlocks(service),
        updateBlock(service),
        restartBlock(service),
        networkBlock(ports),
        serviceBlocks(name, service, ports, project),
        [taskBlock(name, service, ports, project)],
      ]),
    ],
  );
}

type OfPorts = Pick<Project, 'mentioned' | 'resolve' | 'write'>;

/** The ports that a service publishes, exposes, or that others know of. */
export function servicePorts(name: string, given: Mapping, project: OfPorts): ReturnType<typeof portsOf> {
  const service = known(given, project.resolve);
  const { ports: named, alone, needed } = project.mentioned;
  const published = Array.isArray(service['ports']) ? service['ports'] : [];
  const exposed = [...texts(service['expose']), ...(named.get(name) ?? [])];
  const isWanted = alone.has(name) || needed.has(name);
  const guess = published.length + exposed.length === 0 && isWanted ? imagePortOf(service, project) : [];
  const { ports, notes } = portsOf(published, [...exposed, ...guess], project.write);
  if (!alone.has(name)) return { ports, notes };
  const unknown = 'others name it without a port, and none is known: add a static port, the one that they expect.';
  return { ports: ports.map(expected), notes: ports.length === 0 ? [...notes, unknown] : notes };
}

function imagePortOf(service: Mapping, { resolve }: OfPorts): number[] {
  const image = text(service['image']) ?? '';
  return [imagePort(resolve(image) ?? image) ?? []].flat();
}

/** Who knows a name alone asks at the port that the program has everywhere. */
function expected(port: PublishedPort): PublishedPort {
  if (port.host !== undefined) return port;
  return { ...port, host: port.container, note: 'others name it without a port: they expect it at this one' };
}

/** Commands stand as they are: templates write files and variables only. */
function commandRemarks(name: string, service: Mapping, { hosts }: Project): string[] {
  const words = [...(command(service['command']) ?? []), ...(command(service['entrypoint']) ?? [])];
  const named = new Set(words.flatMap((word) => mentionsIn('name', word, hosts).map((mention) => mention.name)));
  return [...named]
    .filter((each) => each !== name)
    .map(
      (each) =>
        `the command names ${each}: write ${serviceName(each)}.service.consul, or a template that follows its address.`,
    );
}

/** Parts with an empty line before each. */
export function spaced(parts: readonly (readonly Item[])[]): Item[] {
  return parts.flatMap((items) => (items.length === 0 ? [] : [gap, ...items]));
}

/** A service for the first port, and for others that are named in anybody's environment. */
function serviceBlocks(name: string, service: Mapping, ports: readonly PublishedPort[], project: Project): Item[] {
  const [first, ...others] = ports;
  const named = others.filter(({ container }) => project.mentioned.ports.get(name)?.has(container) === true);
  const checks = checksOf(service['healthcheck'], name, ports, project.write);
  if (first === undefined && checks.length === 0) return [];
  const needsTask = checks.some(
    (check) =>
      check.kind === 'block' && check.items.some((item) => item.kind === 'argument' && item.value === 'script'),
  );
  const tags = routes(service).map(([key, value]) => project.write(`${key}=${value ?? ''}`));
  const main = [
    argument('name', serviceName(name)),
    ...(first === undefined ? [] : [argument('port', first.label)]),
    ...(needsTask ? [argument('task', name)] : []),
    ...(tags.length > 0 ? [argument('tags', tags)] : []),
    ...spaced([checks]),
  ];
  const more = named.flatMap((port) => [
    gap,
    block('service', [], [argument('name', portService(name, port, false)), argument('port', port.label)]),
  ]);
  return [block('service', [], main), ...more];
}

/** A router's labels, of the container or, in a swarm, of the service. */
function routes(service: Mapping): [string, string | undefined][] {
  const labels = [...pairs(service['labels']), ...pairs(mapping(service['deploy'])['labels'])];
  return [...new Map(labels.filter(([key]) => isRoute(key)))];
}

function isRoute(label: string): boolean {
  return label.startsWith('traefik.');
}

function taskBlock(name: string, service: Mapping, ports: readonly PublishedPort[], project: Project): Item {
  const mounts = [
    mountsOf(Array.isArray(service['volumes']) ? service['volumes'] : [], service['tmpfs'], project),
    filesOf('secrets', Array.isArray(service['secrets']) ? service['secrets'] : [], project),
    filesOf('configs', Array.isArray(service['configs']) ? service['configs'] : [], project),
  ];
  const labels = pairs(service['labels']).filter(([key]) => !isRoute(key));
  const config = [
    ...imageOf(name, service, project),
    ...optional('entrypoint', listOf(command(service['entrypoint']), project)),
    ...optional('args', listOf(command(service['command']), project)),
    ...(ports.length > 0
      ? [
          argument(
            'ports',
            ports.map(({ label }) => label),
          ),
        ]
      : []),
    ...driverConfig(service, project.write),
    ...(labels.length > 0 ? [argument('labels', { map: written(labels, project) })] : []),
    ...mounts.flatMap((each) => each.config),
  ];
  return block(
    'task',
    [name],
    [
      argument('driver', 'docker'),
      ...optional('user', writtenText(service['user'], project)),
      ...optional('kill_signal', text(service['stop_signal'])),
      ...optional('kill_timeout', text(service['stop_grace_period'])),
      ...spaced([
        [block('config', [], config)],
        environment(name, service, project),
        ...envFiles(service['env_file'], project).map((item) => [item]),
        ...mounts.flatMap((each) => each.task).map((item) => [item]),
        resourcesBlock(service),
      ]),
    ],
  );
}

function imageOf(name: string, service: Mapping, { name: project, write }: Project): Item[] {
  const image = text(service['image']);
  const note =
    service['build'] === undefined
      ? []
      : [comment('built by Compose: build it, push it to a registry, and name it here')];
  return [...note, argument('image', image === undefined ? `${project}-${name}:latest` : write(image))];
}

function listOf(values: readonly string[] | undefined, { write }: Project): Expression | undefined {
  return values === undefined || values.length === 0 ? undefined : values.map(write);
}

function writtenText(value: unknown, { write }: Project): Expression | undefined {
  const given = text(value);
  return given === undefined ? undefined : write(given);
}

function written(
  entries: readonly (readonly [string, string | undefined])[],
  { write }: Project,
): Record<string, Expression> {
  return Object.fromEntries(entries.map(([key, value]) => [key, write(value ?? '')]));
}
