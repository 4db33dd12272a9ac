import { comment, type Item } from './hcl-text.ts';
import { isMapping, type Mapping, mapping, pairs, text, texts } from './yaml-values.ts';

/** What has no equal here, or needs a thought, of the keys that others of this folder do not tell of. */
export function remarks(service: Mapping, isHandled: (key: string) => boolean): Item[] {
  const unknown = Object.keys(service).filter((key) => !isHandled(key) && !key.startsWith('x-'));
  const told = [
    ...dependencies(service['depends_on']),
    ...surroundings(service),
    ...deployment(mapping(service['deploy'])),
    ...networks(service),
    ...(mapping(service['healthcheck'])['start_interval'] === undefined
      ? []
      : ['healthcheck.start_interval has no equal here: the interval is the same from the start.']),
    ...unknown.map((key) => `${key} has no equal here.`),
  ];
  return told.map(comment);
}

function dependencies(value: unknown): string[] {
  const conditions = Array.isArray(value)
    ? texts(value).map((name) => [name, ''] as const)
    : Object.entries(mapping(value)).map(([name, each]) => [name, text(mapping(each)['condition']) ?? ''] as const);
  const done = conditions.filter(([, condition]) => condition === 'service_completed_successfully');
  const others = conditions.filter((each) => !done.includes(each));
  const names = (each: typeof conditions) => each.map(([name]) => name).join(', ');
  return [
    ...(others.length > 0
      ? [
          `depends_on ${names(others)}: groups start at the same time. A task that cannot do without another service may\nfail and be restarted, or wait in a task with lifecycle { hook = "prestart" }.`,
        ]
      : []),
    ...(done.length > 0
      ? [
          `depends_on ${names(done)}, which must have ended well: move its task into this group, with lifecycle { hook = "prestart" }.`,
        ]
      : []),
  ];
}

function surroundings(service: Mapping): string[] {
  const profiles = texts(service['profiles']);
  const other = /^(?:service|container):(.+)$/.exec(text(service['network_mode']) ?? '')?.[1];
  return [
    ...(service['extends'] === undefined
      ? []
      : ['extends is not followed: import what "docker compose config" prints, which has all of it.']),
    ...(profiles.length > 0
      ? [`profiles ${profiles.join(', ')}: Compose starts it only with one of them, here it always runs.`]
      : []),
    ...(service['platform'] === undefined
      ? []
      : [`platform "${text(service['platform'])}": constrain \${attr.cpu.arch} if nodes differ.`]),
    ...(other === undefined
      ? []
      : [
          `network_mode: it shares the network of ${other}. Move its task into the group of ${other}, with network { mode = "bridge" }.`,
        ]),
  ];
}

/** Of `deploy` what is more than a count, resources, restarts and placement. */
function deployment(deploy: Mapping): string[] {
  const update = mapping(deploy['update_config']);
  const has = (value: unknown, told: string) => (value === undefined ? [] : [told]);
  return [
    ...modeRemark(text(deploy['mode'])),
    ...(pairs(deploy['labels']).every(([key]) => key.startsWith('traefik.'))
      ? []
      : ['deploy.labels has no equal here: services have tags and meta.']),
    ...has(deploy['endpoint_mode'], 'deploy.endpoint_mode has no equal here: names lead to all instances.'),
    ...has(
      deploy['rollback_config'],
      'deploy.rollback_config has no equal here: update { auto_revert = true } goes back as it went forth.',
    ),
    ...(text(update['order']) === 'start-first'
      ? ['update_config.order "start-first": update { canary = … } starts new instances beside the old ones.']
      : []),
    ...has(
      update['monitor'],
      'update_config.monitor: update { min_healthy_time = … } says how long an instance has to be well.',
    ),
    ...has(
      update['max_failure_ratio'],
      'update_config.max_failure_ratio has no equal here: any failed instance fails the update.',
    ),
  ];
}

function modeRemark(mode: string | undefined): string[] {
  switch (mode) {
    case 'global':
      return ['deploy.mode "global": put this group into a job of its own, with type = "system".'];
    case 'replicated-job':
      return ['deploy.mode "replicated-job": put this group into a job of its own, with type = "batch".'];
    case 'global-job':
      return ['deploy.mode "global-job": put this group into a job of its own, with type = "sysbatch".'];
    default:
      return [];
  }
}

/** Aliases and addresses in networks of the project. */
function networks(service: Mapping): string[] {
  return Object.entries(mapping(service['networks'])).flatMap(([name, given]) => {
    const details = isMapping(given) ? Object.keys(given) : [];
    return details.length === 0 ? [] : [`networks.${name}: ${details.join(', ')} have no equal here.`];
  });
}
