import { describe, expect, it } from 'vitest';
import { USUAL_CAPS } from '../../../../src/client/drivers/caps.ts';
import { capabilities } from '../../../../src/client/drivers/docker/capabilities.ts';
import { imageText, parseImageName } from '../../../../src/client/drivers/docker/image-name.ts';
import { labelsOf } from '../../../../src/client/drivers/docker/labels.ts';
import { type DockerSettings, dockerSettings } from '../../../../src/client/drivers/docker/settings.ts';
import { readTaskConfig } from '../../../../src/client/drivers/docker/task-config.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { aTaskSpec } from '../harness.ts';

describe('the plug-in block', () => {
  const defaults: DockerSettings = {
    ...{ endpoint: 'unix:///var/run/docker.sock', tls: undefined, allowPrivileged: false, allowCaps: USUAL_CAPS },
    ...{ allowRuntimes: ['runc', 'nvidia'], auth: { config: undefined, helper: undefined } },
    gc: {
      ...{ image: true, imageDelayMs: 180_000, container: true },
      dangling: { enabled: true, dryRun: false, periodMs: 300_000, creationGraceMs: 300_000 },
    },
    ...{ volumes: { enabled: false, selinuxLabel: '' }, extraLabels: [], logging: undefined, collectLogs: true },
    ...{ pidsLimit: 0, pullActivityTimeoutMs: 120_000, agentDns: true },
  };

  it('has the documented defaults', () => {
    expect(dockerSettings({ plugin: {} })).toEqual({ settings: defaults, mistakes: [] });
  });

  it('is read as HCL and as JSON give it', () => {
    const gc = { image: 'false', image_delay: '1h', dangling_containers: [{ enabled: false }] };
    const { settings, mistakes } = dockerSettings({
      plugin: {
        ...{
          endpoint: 'tcp://10.0.0.1:2376',
          allow_caps: ['ALL', 'CAP_NET_RAW'],
          volumes: [{ enabled: true, selinuxlabel: 'z' }],
        },
        ...{
          gc: [gc],
          logging: [{ type: 'journald', config: [{ tag: 'x' }] }],
          disable_log_collection: true,
          pids_limit: 9,
        },
      },
    });
    expect(mistakes).toEqual([]);
    expect(settings).toEqual({
      ...defaults,
      ...{
        endpoint: 'tcp://10.0.0.1:2376',
        allowCaps: ['all', 'net_raw'],
        volumes: { enabled: true, selinuxLabel: 'z' },
      },
      gc: {
        ...defaults.gc,
        image: false,
        imageDelayMs: 3_600_000,
        dangling: { ...defaults.gc.dangling, enabled: false },
      },
      ...{ logging: { type: 'journald', config: { tag: 'x' } }, collectLogs: false, pidsLimit: 9 },
    });
  });

  it('goes before the old client options, and these before the environment', () => {
    const options = {
      'docker.endpoint': 'unix:///old',
      'docker.volumes.enabled': 'true',
      'docker.caps.allowlist': 'CHOWN, KILL',
    };
    const env = { DOCKER_HOST: 'unix:///env' };
    expect(dockerSettings({ plugin: {}, options, env }).settings).toMatchObject({
      ...{ endpoint: 'unix:///old', volumes: { enabled: true }, allowCaps: ['chown', 'kill'] },
    });
    expect(dockerSettings({ plugin: { endpoint: 'unix:///new' }, options }).settings.endpoint).toBe('unix:///new');
    expect(dockerSettings({ plugin: {}, env }).settings.endpoint).toBe('unix:///env');
    expect(dockerSettings({ plugin: {}, env: { DOCKER_HOST: 'ssh://host' } }).settings.endpoint).toBe(
      defaults.endpoint,
    );
    expect(dockerSettings({ plugin: {}, dev: true }).settings.volumes.enabled).toBe(true);
  });

  const wrong: { name: string; plugin: Record<string, unknown>; want: string }[] = [
    {
      name: 'an unknown key',
      plugin: { alow_privileged: true },
      want: 'No argument or block type is named "alow_privileged"; did you mean "allow_privileged"?',
    },
    {
      name: 'one inside a block',
      plugin: { gc: [{ images: true }] },
      want: 'No argument or block type is named "images" in "gc"; did you mean "image"?',
    },
    {
      name: 'a duration that is none',
      plugin: { gc: { image_delay: '3' } },
      want: '"gc.image_delay" must be a duration such as "5m" or "30s"',
    },
    {
      name: 'too short a time for pulls',
      plugin: { pull_activity_timeout: '10s' },
      want: '"pull_activity_timeout" must be at least "1m"',
    },
    { name: 'half of TLS', plugin: { tls: { ca: 'x' } }, want: '"tls" needs three files: ca, cert and key' },
    {
      name: 'an address that is none',
      plugin: { endpoint: '/var/run/docker.sock' },
      want: '"/var/run/docker.sock" is no address of a Docker engine: write unix:///PATH, tcp://HOST:PORT or https://HOST:PORT',
    },
  ];
  it.each(wrong)('tells of $name', ({ plugin, want }) => {
    expect(dockerSettings({ plugin }).mistakes).toEqual([want]);
  });
});

describe('a task’s config', () => {
  const wrong: { name: string; config: Record<string, unknown>; want: string[] }[] = [
    { name: 'no image', config: {}, want: ['The argument "image" is required, but no definition was found'] },
    { name: 'an empty image', config: { image: '' }, want: ['"image" must not be empty'] },
    { name: 'a switch that is none', config: { image: 'a', tty: 'maybe' }, want: ['"tty" must be true or false'] },
    { name: 'args that are no list', config: { image: 'a', args: { b: 1 } }, want: ['"args" must be a list of texts'] },
    { name: 'a block twice', config: { image: 'a', auth: [{}, {}] }, want: ['"auth" is given 2 times; once is right'] },
    {
      name: 'a limit',
      config: { image: 'a', ulimit: [{ nofile: 'many' }] },
      want: ['"ulimit.nofile" must be "SOFT" or "SOFT:HARD", not "many"'],
    },
    {
      name: 'a mount',
      config: { image: 'a', mount: [{ type: 'nfs', target: '/x' }] },
      want: ['a mount\'s type is "bind", "volume" or "tmpfs", not "nfs"'],
    },
    {
      name: 'a mount without a place',
      config: { image: 'a', mounts: [{ source: 'v' }] },
      want: ['a mount of type "volume" needs a "target"'],
    },
    {
      name: 'a device',
      config: { image: 'a', devices: [{}] },
      want: ['"devices" needs a "host_path" for each device'],
    },
    {
      name: 'a port',
      config: { image: 'a', port_map: [{ http: 'x' }] },
      want: ['"port_map.http" must be a port number, not "x"'],
    },
    {
      name: 'a period',
      config: { image: 'a', cpu_cfs_period: 5 },
      want: ['"cpu_cfs_period" must be from 1000 to 1000000 microseconds, not 5'],
    },
    {
      name: 'a key of a mount',
      config: { image: 'a', mount: [{ target: '/x', sorce: 'v' }] },
      want: ['No argument or block type is named "sorce" in "mount"; did you mean "source"?'],
    },
  ];
  it.each(wrong)('tells of $name', ({ config, want }) => {
    expect(readTaskConfig(config).mistakes).toEqual(want);
  });

  it('takes texts for numbers and switches, as references leave them, and blocks in any form', () => {
    const given = {
      image: 'a',
      memory_hard_limit: '64',
      init: 'true',
      args: [1, true],
      labels: [{ a: 1 }, { b: 'x' }],
      mounts: { target: '/x' },
    };
    expect(readTaskConfig(given)).toEqual({
      config: {
        image: 'a',
        memory_hard_limit: 64,
        init: true,
        args: ['1', 'true'],
        labels: { a: '1', b: 'x' },
        mounts: [{ target: '/x' }],
      },
      mistakes: [],
    });
  });
});

describe('the name of an image', () => {
  const cases: [given: string, registry: string, text: string][] = [
    ['redis', 'index.docker.io', 'redis:latest'],
    ['redis:7', 'index.docker.io', 'redis:7'],
    ['me/app:1', 'index.docker.io', 'me/app:1'],
    ['docker.io/me/app:1', 'index.docker.io', 'docker.io/me/app:1'],
    ['https://hub.example.org/redis:7', 'hub.example.org', 'hub.example.org/redis:7'],
    ['localhost:5000/app', 'localhost:5000', 'localhost:5000/app:latest'],
    ['localhost/app:2', 'localhost', 'localhost/app:2'],
    ['app@sha256:abc', 'index.docker.io', 'app@sha256:abc'],
    ['quay.io/app:1@sha256:abc', 'quay.io', 'quay.io/app:1@sha256:abc'],
  ];
  it.each(cases)('%s', (given, registry, text) => {
    const name = parseImageName(given);
    expect([name.registry, imageText(name)]).toEqual([registry, text]);
  });
});

describe('capabilities', () => {
  const all = ['all'];
  const cases = [
    { name: 'nothing asked', add: [], drop: [], allow: USUAL_CAPS, want: { add: [], drop: ['NET_RAW'], refused: [] } },
    {
      name: 'one more',
      add: ['CAP_NET_ADMIN'],
      drop: [],
      allow: all,
      want: { add: ['NET_ADMIN'], drop: ['NET_RAW'], refused: [] },
    },
    { name: 'one back', add: ['net_raw'], drop: [], allow: all, want: { add: [], drop: [], refused: [] } },
    {
      name: 'one less',
      add: [],
      drop: ['mknod'],
      allow: USUAL_CAPS,
      want: { add: [], drop: ['MKNOD', 'NET_RAW'], refused: [] },
    },
    { name: 'all', add: ['all'], drop: [], allow: all, want: { add: ['ALL'], drop: [], refused: [] } },
    {
      name: 'all where not all are allowed',
      add: ['all'],
      drop: [],
      allow: USUAL_CAPS,
      want: { add: ['ALL'], drop: [], refused: ['all'] },
    },
    {
      name: 'one that is not allowed',
      add: ['sys_admin'],
      drop: [],
      allow: USUAL_CAPS,
      want: { add: [], drop: ['NET_RAW'], refused: ['sys_admin'] },
    },
  ];
  it.each(cases)('$name', ({ add, drop, allow, want }) => {
    expect(capabilities({ add, drop }, allow)).toEqual(want);
  });

  it('of a container that drops all and takes one', () => {
    const { add, drop } = capabilities({ add: ['chown'], drop: ['all'] }, USUAL_CAPS);
    expect([add, drop.includes('CHOWN'), drop.length]).toEqual([[], false, 13]);
  });
});

it('labels are the job’s, ours, and those that the operator asks for', async () => {
  const task = aTaskSpec(await tempDir(), {});
  const labels = labelsOf(
    task,
    { labels: { mine: 'x' } },
    { extraLabels: ['job_*', '*name'] },
    { id: 'n', name: 'node' },
  );
  expect(labels).toMatchObject({ mine: 'x', 'com.hashicorp.nomad.alloc_id': task.allocId });
  const asked = Object.keys(labels).flatMap(
    (name) => /^com\.hashicorp\.nomad\.(?!alloc_id)(.+)$/.exec(name)?.[1] ?? [],
  );
  expect(asked.sort()).toEqual(['job_id', 'job_name', 'node_name', 'task_group_name', 'task_name']);
});
