import { DRIVER_KEYS, driverConfig } from './driver-config.ts';
import { envFiles, environment } from './environment.ts';
import { argument, block, comment, type Expression, gap, type Item, optional } from './hcl-text.ts';
import { checksOf } from './health.ts';
import { constraintBlocks, countOf, restartBlock, spreadBlocks, updateBlock } from './policies.ts';
import { networkBlock, type PublishedPort, portsOf } from './ports.ts';
import { type Project, serviceName } from './project.ts';
import { remarks } from './remarks.ts';
import { resourcesBlock } from './resources.ts';
import { filesOf, mountsOf } from './volumes.ts';
import { command, type Mapping, pairs, text, texts } from './yaml-values.ts';

const HANDLED = new Set([
  ...['image', 'build', 'command', 'entrypoint', 'environment', 'env_file', 'ports', 'expose', 'volumes', 'tmpfs'],
  ...['deploy', 'scale', 'restart', 'healthcheck', 'labels', 'user', 'stop_signal', 'stop_grace_period', 'secrets'],
  ...['configs', 'mem_limit', 'mem_reservation', 'cpus', 'depends_on', 'container_name', 'networks', 'links'],
  ...['extends', 'profiles', 'platform', 'gpus'],
  ...DRIVER_KEYS,
]);

/** A service of Compose as a group with one task: each may run on another node. */
export function groupOf(name: string, service: Mapping, project: Project): Item {
  const published = Array.isArray(service['ports']) ? service['ports'] : [];
  const known = published.map((entry) => (typeof entry === 'string' ? (project.resolve(entry) ?? entry) : entry));
  const exposed = [...texts(service['expose']), ...(project.mentioned.get(name) ?? [])];
  const { ports, notes } = portsOf(known, exposed);
  return block(
    'group',
    [name],
    [
      argument('count', countOf(service)),
      ...spaced([
        [...remarks(service, (key) => HANDLED.has(key)), ...notes.map(comment)],
        constraintBlocks(service),
        spreadBlocks(service),
        updateBlock(service),
        restartBlock(service),
        networkBlock(ports),
        serviceBlock(name, service, ports, project),
        [taskBlock(name, service, ports, project)],
      ]),
    ],
  );
}

/** Parts with an empty line before each. */
export function spaced(parts: readonly (readonly Item[])[]): Item[] {
  return parts.flatMap((items) => (items.length === 0 ? [] : [gap, ...items]));
}

function serviceBlock(name: string, service: Mapping, ports: readonly PublishedPort[], project: Project): Item[] {
  const [first] = ports;
  const tags = pairs(service['labels']).filter(([key]) => key.startsWith('traefik.'));
  const checks = checksOf(service['healthcheck'], ports);
  if (first === undefined && checks.length === 0) return [];
  const needsTask = checks.some(
    (check) =>
      check.kind === 'block' && check.items.some((item) => item.kind === 'argument' && item.value === 'script'),
  );
  return [
    block(
      'service',
      [],
      [
        argument('name', serviceName(name)),
        ...(first === undefined ? [] : [argument('port', first.label)]),
        ...(needsTask ? [argument('task', name)] : []),
        ...(tags.length > 0
          ? [
              argument(
                'tags',
                tags.map(([key, value]) => project.write(`${key}=${value ?? ''}`)),
              ),
            ]
          : []),
        ...spaced([checks]),
      ],
    ),
  ];
}

function taskBlock(name: string, service: Mapping, ports: readonly PublishedPort[], project: Project): Item {
  const mounts = [
    mountsOf(Array.isArray(service['volumes']) ? service['volumes'] : [], service['tmpfs'], project),
    filesOf('secrets', Array.isArray(service['secrets']) ? service['secrets'] : [], project),
    filesOf('configs', Array.isArray(service['configs']) ? service['configs'] : [], project),
  ];
  const labels = pairs(service['labels']).filter(([key]) => !key.startsWith('traefik.'));
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
      ...optional('user', text(service['user'])),
      ...optional('kill_signal', text(service['stop_signal'])),
      ...optional('kill_timeout', text(service['stop_grace_period'])),
      ...spaced([
        [block('config', [], config)],
        environment(service, project),
        ...envFiles(service['env_file']).map((item) => [item]),
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

function written(
  entries: readonly (readonly [string, string | undefined])[],
  { write }: Project,
): Record<string, Expression> {
  return Object.fromEntries(entries.map(([key, value]) => [key, write(value ?? '')]));
}
