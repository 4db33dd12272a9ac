import { plainCap, USUAL_CAPS } from '../caps.ts';
import { type Block, block, duration, flag, ignored, map, readFields, text, texts, whole } from '../shape.ts';
import { DEFAULT_ENDPOINT, endpointProblem, isEndpoint } from './endpoint.ts';

/** What the operator says of the driver: `plugin "docker" { config { … } }`. Durations are milliseconds. */
export type DockerSettings = {
  endpoint: string;
  tls: { ca: string; cert: string; key: string } | undefined;
  allowPrivileged: boolean;
  /** In small letters without `CAP_`, or `all`. */
  allowCaps: readonly string[];
  allowRuntimes: readonly string[];
  /** A file in the form of Docker's config.json, and the name of a `docker-credential-NAME` program. */
  auth: { config: string | undefined; helper: string | undefined };
  gc: {
    image: boolean;
    imageDelayMs: number;
    container: boolean;
    dangling: { enabled: boolean; dryRun: boolean; periodMs: number; creationGraceMs: number };
  };
  volumes: { enabled: boolean; selinuxLabel: string };
  extraLabels: readonly string[];
  logging: { type: string; config: Record<string, string> } | undefined;
  collectLogs: boolean;
  /** 0 is no limit. */
  pidsLimit: number;
  pullActivityTimeoutMs: number;
  /** Whether containers ask this agent for names unless their job says otherwise. */
  agentDns: boolean;
};

/** In the names of Nomad's documentation (https://developer.hashicorp.com/nomad/docs/drivers/docker#plugin-options); `agent_dns` is ours. */
const fields = {
  endpoint: text,
  tls: block({ ca: text, cert: text, key: text }),
  allow_privileged: flag,
  allow_caps: texts,
  allow_runtimes: texts,
  auth: block({ config: text, helper: text }),
  gc: block({
    image: flag,
    image_delay: duration,
    container: flag,
    dangling_containers: block({ enabled: flag, dry_run: flag, period: duration, creation_grace: duration }),
  }),
  volumes: block({ enabled: flag, selinuxlabel: text }),
  extra_labels: texts,
  logging: block({ type: text, config: map }),
  disable_log_collection: flag,
  pids_limit: whole,
  pull_activity_timeout: duration,
  agent_dns: flag,
  infra_image: ignored,
  infra_image_pull_timeout: ignored,
  image_pull_timeout: ignored,
  nvidia_runtime: ignored,
  container_exists_attempts: ignored,
  windows_allow_insecure_container_admin: ignored,
};

/** Old client options (`options { "docker.…" = "…" }`) and what they are called now. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'docker.endpoint': ['endpoint'],
  'docker.auth.config': ['auth', 'config'],
  'docker.auth.helper': ['auth', 'helper'],
  'docker.cleanup.image': ['gc', 'image'],
  'docker.cleanup.image.delay': ['gc', 'image_delay'],
  'docker.cleanup.container': ['gc', 'container'],
  'docker.volumes.enabled': ['volumes', 'enabled'],
  'docker.volumes.selinuxlabel': ['volumes', 'selinuxlabel'],
  'docker.privileged.enabled': ['allow_privileged'],
  'docker.caps.allowlist': ['allow_caps'],
  'docker.caps.whitelist': ['allow_caps'],
};

const LEAST_PULL_ACTIVITY_MS = 60_000;

export type DockerSettingsInput = {
  plugin: Record<string, unknown>;
  options?: Readonly<Record<string, string>>;
  dev?: boolean;
  env?: Readonly<Record<string, string | undefined>>;
};

/** Fills in the defaults. Mistakes are sentences. */
export function dockerSettings(input: DockerSettingsInput): { settings: DockerSettings; mistakes: string[] } {
  const mistakes: string[] = [];
  const complain = (mistake: string) => mistakes.push(mistake);
  const old = readFields(fromOptions(input.options ?? {}), fields, '', complain);
  const given = readFields(input.plugin, fields, '', complain);
  const settings = filledIn(old, given, input);
  if (settings.pullActivityTimeoutMs < LEAST_PULL_ACTIVITY_MS)
    complain('"pull_activity_timeout" must be at least "1m"');
  const { ca, cert, key } = given.tls ?? {};
  const files = [ca, cert, key].filter(Boolean).length;
  if (files > 0 && files < 3) complain('"tls" needs three files: ca, cert and key');
  if (!isEndpoint(settings.endpoint)) complain(endpointProblem(settings.endpoint));
  return { settings, mistakes };
}

type Given = Block<typeof fields>;

function filledIn(old: Given, given: Given, { dev = false, env = {} }: DockerSettingsInput): DockerSettings {
  const gc = { ...old.gc, ...given.gc };
  const dangling = gc.dangling_containers ?? {};
  const volumes = { ...old.volumes, ...given.volumes };
  const auth = { ...old.auth, ...given.auth };
  const { ca, cert, key } = given.tls ?? {};
  return {
    endpoint: given.endpoint ?? old.endpoint ?? fromEnvironment(env),
    tls: ca && cert && key ? { ca, cert, key } : undefined,
    allowPrivileged: given.allow_privileged ?? old.allow_privileged ?? false,
    allowCaps: (given.allow_caps ?? old.allow_caps?.flatMap((list) => list.split(',')) ?? USUAL_CAPS).map(plainCap),
    allowRuntimes: given.allow_runtimes ?? ['runc', 'nvidia'],
    auth: { config: auth.config || undefined, helper: auth.helper || undefined },
    gc: {
      image: gc.image ?? true,
      imageDelayMs: gc.image_delay ?? 180_000,
      container: gc.container ?? true,
      dangling: {
        enabled: dangling.enabled ?? true,
        dryRun: dangling.dry_run ?? false,
        periodMs: dangling.period ?? 300_000,
        creationGraceMs: dangling.creation_grace ?? 300_000,
      },
    },
    volumes: { enabled: volumes.enabled ?? dev, selinuxLabel: volumes.selinuxlabel ?? '' },
    extraLabels: given.extra_labels ?? [],
    logging: given.logging && { type: given.logging.type ?? 'json-file', config: given.logging.config ?? {} },
    collectLogs: !(given.disable_log_collection ?? false),
    pidsLimit: given.pids_limit ?? 0,
    pullActivityTimeoutMs: given.pull_activity_timeout ?? 120_000,
    agentDns: given.agent_dns ?? true,
  };
}

/** One that only Docker's own command understands (`ssh://`) is passed over. */
function fromEnvironment({ DOCKER_HOST: host = '' }: Readonly<Record<string, string | undefined>>): string {
  return isEndpoint(host) ? host : DEFAULT_ENDPOINT;
}

function fromOptions(options: Readonly<Record<string, string>>): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const [name, [first = '', second]] of Object.entries(OPTIONS)) {
    const value = options[name];
    if (value === undefined) continue;
    nested[first] = second === undefined ? value : { ...(nested[first] as object), [second]: value };
  }
  return nested;
}
