import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { canonicalJob } from '../../../src/jobspec/canonicalize.ts';
import { ImportError } from '../../../src/jobspec/import/errors.ts';
import { importCompose } from '../../../src/jobspec/import/import-compose.ts';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';
import { diagnose } from '../../../src/jobspec/validate/diagnose.ts';

const made = (source: string, env: Record<string, string> = {}) => importCompose({ source, folder: 'My Shop', env });
const files = { baseDir: '/', home: '/', readFile: () => 'content of the file', exists: () => true };

/** The job that the text describes; a job file that is refused fails the test. */
function jobOf(text: string, variables: Record<string, string> = {}) {
  const { job, diagnostics, placeOf } = parseJob(text, { filename: 'job.hcl', variables, files });
  if (!job) throw new Error(`${JSON.stringify(diagnostics)}\n${text}`);
  const canonical = canonicalJob(job);
  expect(diagnose(canonical, placeOf).filter(({ severity }) => severity === 'error')).toEqual([]);
  return canonical;
}

/** The only group of a file with one service. */
const groupOf = (service: object, more: object = {}) =>
  jobOf(made(stringify({ services: { app: service }, ...more }))).TaskGroups?.[0];
const taskOf = (service: object, more: object = {}) => groupOf({ image: 'x', ...service }, more)?.Tasks?.[0];

describe('what a service becomes', () => {
  const cases = [
    {
      name: 'a published port',
      given: { ports: ['8080:80'] },
      want: {
        Networks: [{ ReservedPorts: [{ Label: 'http', Value: 8080, To: 80 }] }],
        Services: [{ Name: 'app', PortLabel: 'http', Checks: [{ Type: 'tcp' }] }],
      },
    },
    {
      name: 'any port of the host',
      given: { ports: ['80'] },
      want: { Networks: [{ DynamicPorts: [{ Label: 'http', To: 80 }] }] },
    },
    {
      name: 'ports in long form',
      given: { ports: [{ target: 443, published: '8443', protocol: 'tcp' }] },
      want: { Networks: [{ ReservedPorts: [{ Label: 'https', Value: 8443, To: 443 }] }] },
    },
    {
      name: 'a range of ports',
      given: { ports: ['3000-3001:4000-4001'] },
      want: {
        Networks: [
          {
            ReservedPorts: [
              { Value: 3000, To: 4000 },
              { Value: 3001, To: 4001 },
            ],
          },
        ],
      },
    },
    { name: 'replicas', given: { deploy: { replicas: 4 } }, want: { Count: 4 } },
    { name: 'always again', given: { restart: 'always' }, want: { RestartPolicy: { Mode: 'delay' } } },
    { name: 'never again', given: { restart: 'no' }, want: { RestartPolicy: { Mode: 'fail', Attempts: 0 } } },
    {
      name: 'some times again',
      given: { restart: 'on-failure:3' },
      want: { RestartPolicy: { Mode: 'fail', Attempts: 3 } },
    },
    {
      name: 'rolling updates',
      given: { deploy: { update_config: { parallelism: 2, failure_action: 'rollback' } } },
      want: { Update: { MaxParallel: 2, AutoRevert: true } },
    },
    {
      name: 'placement',
      given: { deploy: { placement: { constraints: ['node.hostname != old'] } } },
      want: { Constraints: [{ LTarget: '${attr.unique.hostname}', Operand: '!=', RTarget: 'old' }] },
    },
    {
      name: 'an HTTP check',
      given: {
        ports: ['80'],
        healthcheck: { test: 'curl -f http://localhost/up || exit 1', interval: '5s', timeout: '2s' },
      },
      want: { Services: [{ Checks: [{ Type: 'http', Path: '/up', Interval: 5e9, Timeout: 2e9 }] }] },
    },
    {
      name: 'a script check',
      given: { healthcheck: { test: ['CMD', 'check', '-v'] } },
      want: { Services: [{ TaskName: 'app', Checks: [{ Type: 'script', Command: 'check', Args: ['-v'] }] }] },
    },
    {
      name: "a router's labels",
      given: { ports: ['80'], labels: ['traefik.enable=true', 'other=1'] },
      want: { Services: [{ Tags: ['traefik.enable=true'] }] },
    },
  ];
  test.each(cases)('$name', ({ given, want }) => expect(groupOf({ image: 'x', ...given })).toMatchObject(want));
});

describe('what its task becomes', () => {
  const cases = [
    {
      name: 'a command in one line',
      given: { command: `serve --name "a b" 'c d' e\\ f` },
      want: { Config: { args: ['serve', '--name', 'a b', 'c d', 'e f'] } },
    },
    { name: 'environment as a list', given: { environment: ['A=1', 'B=x=y'] }, want: { Env: { A: '1', B: 'x=y' } } },
    { name: 'names that are no words', given: { environment: { 'a.b': 1 } }, want: { Env: { 'a.b': '1' } } },
    {
      name: 'text that looks like an interpolation',
      given: { environment: { A: '$${x} %{ if }' } },
      want: { Env: { A: '${x} %{ if }' } },
    },
    {
      name: 'memory and CPU',
      given: { mem_limit: '1g', cpus: 1.5 },
      want: { Resources: { CPU: 1500, MemoryMB: 1024 } },
    },
    {
      name: 'a reservation and a limit',
      given: { deploy: { resources: { limits: { memory: '512M' }, reservations: { memory: '128M' } } } },
      want: { Resources: { MemoryMB: 128, MemoryMaxMB: 512 } },
    },
    {
      name: 'stopping',
      given: { stop_signal: 'SIGQUIT', stop_grace_period: '1m' },
      want: { KillSignal: 'SIGQUIT', KillTimeout: 60e9 },
    },
    {
      name: 'a file beside it',
      given: { volumes: ['./a.conf:/etc/a.conf:ro'] },
      want: { Templates: [{ EmbeddedTmpl: 'content of the file', DestPath: 'local/a.conf' }] },
    },
    {
      name: 'an environment file',
      given: { env_file: '.env.app' },
      want: { Templates: [{ EmbeddedTmpl: 'content of the file', Envvars: true }] },
    },
    {
      name: 'a named volume',
      given: { volumes: ['data:/data'] },
      want: { Config: { mount: [{ type: 'volume', source: 'myshop_data', target: '/data' }] } },
    },
    {
      name: 'volumes that have names of their own',
      given: { volumes: ['a:/a', 'b:/b'] },
      more: { volumes: { a: { external: true }, b: { name: 'own' } } },
      want: { Config: { mount: [{ source: 'a' }, { source: 'own' }] } },
    },
    {
      name: 'mounts in long form',
      given: {
        volumes: [
          { type: 'bind', source: '/x', target: '/x', bind: { propagation: 'rshared' } },
          { type: 'volume', source: 'v', target: '/v', volume: { nocopy: true } },
          { type: 'tmpfs', target: '/t', tmpfs: { size: '1m', mode: 1777 } },
        ],
        tmpfs: ['/run', '/tmp:size=64m,mode=0700'],
      },
      want: {
        Config: {
          mount: [
            { type: 'bind', bind_options: [{ propagation: 'rshared' }] },
            { type: 'volume', volume_options: [{ no_copy: true }] },
            { type: 'tmpfs', tmpfs_options: [{ size: 1024 ** 2, mode: 0o1777 }] },
            { type: 'tmpfs', target: '/run' },
            { type: 'tmpfs', target: '/tmp', tmpfs_options: [{ size: 64 * 1024 ** 2, mode: 0o700 }] },
          ],
        },
      },
    },
    {
      name: 'who may read a secret',
      given: { secrets: [{ source: 's', target: '/run/s', uid: '103', mode: 440 }] },
      more: { secrets: { s: { file: './s.txt' } } },
      want: { Templates: [{ Perms: '0440', Uid: 103 }], Config: { mount: [{ target: '/run/s' }] } },
    },
    {
      name: 'an environment file that need not be there',
      given: { env_file: [{ path: './a.env', required: false }] },
      want: { Templates: [{ EmbeddedTmpl: 'content of the file', Envvars: true }] },
    },
    {
      name: 'graphics cards',
      given: { deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', count: 2 }] } } }, gpus: 'all' },
      want: { Resources: { Devices: [{ Name: 'nvidia/gpu', Count: 2 }, { Name: 'gpu' }] } },
    },
    {
      name: 'limits of processes, devices and processors',
      given: {
        deploy: { resources: { limits: { pids: 9 } } },
        devices: ['/dev/a:/dev/b:r'],
        cpuset: '0-1',
        uts: 'host',
      },
      want: {
        Config: {
          pids_limit: 9,
          devices: [{ host_path: '/dev/a', container_path: '/dev/b', cgroup_permissions: 'r' }],
          cpuset_cpus: '0-1',
          uts_mode: 'host',
        },
      },
    },
    {
      name: 'a secret',
      given: { secrets: ['s'] },
      more: { secrets: { s: { file: './s.txt' } } },
      want: { Templates: [{ DestPath: 'secrets/s' }], Config: { mount: [{ target: '/run/secrets/s' }] } },
    },
    {
      name: 'a config with its content',
      given: { configs: [{ source: 'c', target: '/c' }] },
      more: { configs: { c: { content: 'hello' } } },
      want: { Templates: [{ EmbeddedTmpl: 'hello' }] },
    },
    {
      name: 'settings that only have another name',
      given: { working_dir: '/srv', tty: true, cap_add: ['NET_ADMIN'], dns: '1.1.1.1' },
      want: { Config: { work_dir: '/srv', tty: true, cap_add: ['NET_ADMIN'], dns_servers: ['1.1.1.1'] } },
    },
  ];
  test.each(cases)('$name', ({ given, more, want }) => expect(taskOf(given, more)).toMatchObject(want));
});

describe('values of the surroundings', () => {
  const source = stringify({
    services: { app: { image: 'x:${TAG:-1}', environment: { KEY: '${KEY}', PASSED: null } } },
  });
  test('become variables', () => {
    const [task] = jobOf(made(source), { KEY: 'k', PASSED: 'p' }).TaskGroups?.[0]?.Tasks ?? [];
    expect(task).toMatchObject({ Config: { image: 'x:1' }, Env: { KEY: 'k', PASSED: 'p' } });
  });
  test('with defaults from the .env file', () => {
    const [task] = jobOf(made(source, { TAG: '2', KEY: 'from file' }), { PASSED: '' }).TaskGroups?.[0]?.Tasks ?? [];
    expect(task).toMatchObject({ Config: { image: 'x:2' }, Env: { KEY: 'from file' } });
  });
});

test('services that name each other follow each other', () => {
  const services = {
    web: { image: 'w', environment: { URL: 'tcp://my_db:5432/x', HOST: 'my_db', OTHER: 'my_db_2' } },
    my_db: { image: 'd' },
  };
  const [web, db] = jobOf(made(stringify({ services }))).TaskGroups ?? [];
  expect(web?.Tasks?.[0]?.Env).toEqual({ OTHER: 'my_db_2' });
  expect(web?.Tasks?.[0]?.Templates?.[0]).toMatchObject({ Envvars: true });
  expect(web?.Tasks?.[0]?.Templates?.[0]?.EmbeddedTmpl).toBe(
    'URL=tcp://{{ with service "my-db" }}{{ with index . 0 }}{{ .Address }}:{{ .Port }}{{ end }}{{ end }}/x\nHOST=my-db.service.consul\n',
  );
  expect(db).toMatchObject({
    Networks: [{ ReservedPorts: [{ Value: 5432, To: 5432 }] }],
    Services: [{ Name: 'my-db' }],
  });
});

describe('ports that others expect', () => {
  const portsOf = (services: object) => jobOf(made(stringify({ services }))).TaskGroups?.[0]?.Networks?.[0];
  test('exposed ones are any of the host', () => {
    const services = { db: { image: 'd', expose: ['80-81/tcp', 90, 0.5, 'x'] } };
    expect(portsOf(services)).toMatchObject({ DynamicPorts: [{ To: 80 }, { To: 81 }, { To: 90 }] });
  });
  test('one that is named is any of the host', () => {
    const services = { db: { image: 'd' }, web: { image: 'w', environment: { URL: 'db:5432' } } };
    expect(portsOf(services)).toMatchObject({ DynamicPorts: [{ To: 5432 }] });
  });
  test('without one, that of the program, where everybody looks for it', () => {
    const services = { db: { image: 'docker.io/postgres:16' }, web: { image: 'w', environment: { DB_HOST: 'db' } } };
    expect(portsOf(services)).toMatchObject({ ReservedPorts: [{ Value: 5432, To: 5432 }] });
  });
  test('somebody who only depends on it finds it in the catalog', () => {
    const services = { db: { image: 'redis@sha256:00' }, web: { image: 'w', depends_on: ['db'] } };
    expect(portsOf(services)).toMatchObject({ DynamicPorts: [{ To: 6379 }] });
  });
  test('of a program that nobody knows, it is asked for', () => {
    const services = { db: { image: 'mine' }, web: { image: 'w', environment: ['DB_HOST=db'] } };
    expect(made(stringify({ services }))).toContain('others name it without a port, and none is known');
  });
  test('several have names of their own; its own is known to the task', () => {
    const env = { OTHER: 'mq:15672', SELF: 'mq:5672' };
    const services = { mq: { image: 'mq', expose: [5672], environment: env } };
    const [group] = jobOf(made(stringify({ services }))).TaskGroups ?? [];
    expect(group?.Services).toMatchObject([
      { Name: 'mq', PortLabel: 'amqp' },
      { Name: 'mq-port-15672', PortLabel: 'port_15672' },
    ]);
    expect(group?.Tasks?.[0]?.Templates?.[0]?.EmbeddedTmpl).toBe(
      'OTHER={{ env "NOMAD_ADDR_port_15672" }}\nSELF={{ env "NOMAD_ADDR_amqp" }}\n',
    );
    const two = { mq: { image: 'mq', expose: [5672] }, web: { image: 'w', environment: env } };
    const template = jobOf(made(stringify({ services: two }))).TaskGroups?.[1]?.Tasks?.[0]?.Templates?.[0];
    expect(template?.EmbeddedTmpl).toContain('OTHER={{ with service "mq-port-15672" }}');
  });
});

describe('values that are known are understood', () => {
  const env = { DIR: './data', EVERY: '20s', TRIES: '7', MEM: '64m', COUNT: '3', PORT: '8080', DB: 'db', AGAIN: 'no' };
  const service = {
    image: 'x',
    volumes: ['${DIR}:/data', '${CONF:-./conf}/a.conf:/a.conf:ro', '${FAR:?}/x:/x'],
    healthcheck: { test: ['CMD', 'ready', '-d', '$${NAME}', '$KEY'], interval: '$EVERY', retries: '$TRIES' },
    mem_limit: '$MEM',
    deploy: { replicas: '${COUNT}' },
    ports: ['${PORT}:80', '${OTHER}:81'],
    restart: '${AGAIN}',
    user: '${USER_ID:-5}:0',
    environment: { HOST: '$DB' },
  };
  const text = made(stringify({ services: { app: service, db: { image: 'mysql' } } }), env);
  const [group] = jobOf(text, { FAR: '/far', KEY: 'k', OTHER: '9000' }).TaskGroups ?? [];
  test('in the group', () => {
    expect(group).toMatchObject({
      Count: 3,
      RestartPolicy: { Attempts: 0 },
      Networks: [
        {
          ReservedPorts: [
            { Value: 8080, To: 80 },
            { Value: 9000, To: 81 },
          ],
        },
      ],
      Services: [{ Checks: [{ Args: ['-d', '${NAME}', 'k'], Interval: 20e9, CheckRestart: { Limit: 7 } }] }],
    });
  });
  test('in the task', () => {
    expect(group?.Tasks?.[0]).toMatchObject({
      User: '5:0',
      Resources: { MemoryMB: 64 },
      Templates: [{ EmbeddedTmpl: 'HOST=db.service.consul\n' }, { DestPath: 'local/a.conf' }],
      Config: {
        mount: [
          { type: 'bind', source: './data', target: '/data' },
          { type: 'bind', source: 'local/a.conf', readonly: true },
          { type: 'bind', source: '/far/x', target: '/x' },
        ],
      },
    });
  });
  test('those that are not known are told of', () => {
    const other = made(stringify({ services: { app: { image: 'x', mem_limit: '${MEM}' } } }));
    expect(other).toContain('# mem_limit: what "${MEM}" comes to is not known here.');
  });
});

test('a port for TCP and UDP is one', () => {
  const ports = ['53:53/tcp', '53:53/udp', { target: 67, published: 67, protocol: 'udp' }];
  const text = made(stringify({ services: { app: { image: 'x', ports } } }));
  expect(jobOf(text).TaskGroups?.[0]?.Networks).toMatchObject([{ ReservedPorts: [{ To: 53 }, { To: 67 }] }]);
  expect(text.match(/a port is always both/g)).toHaveLength(1);
});

test.each([
  { ports: ['53:53/udp'], want: [] },
  { ports: ['53:53/udp', '80'], want: [{ Type: 'tcp', PortLabel: 'http' }] },
  { ports: ['53:53/udp', '53:53'], want: [{ Type: 'tcp', PortLabel: '' }] },
])('nobody connects to a port for UDP: $ports', ({ ports, want }) => {
  const checks = groupOf({ image: 'x', ports })?.Services?.[0]?.Checks;
  expect(checks ?? []).toMatchObject(want);
  expect(checks ?? []).toHaveLength(want.length);
});

test('parts of the file without an equal are told of', () => {
  const text = made(stringify({ models: { m: {} }, 'x-a': 1, services: { app: { image: 'x' } } }));
  expect(text).toContain('# models has no equal here.');
  expect(text).not.toContain('x-a');
});

test("a command's hosts stand as they are, with a word about them", () => {
  const services = { app: { image: 'x', command: 'wait db:5432 -- run app' }, db: { image: 'postgres' } };
  const text = made(stringify({ services }));
  expect(text).toContain('# the command names db: write db.service.consul');
  expect(text).not.toContain('names app');
});

test('variables that are passed on need not be given', () => {
  const text = made(stringify({ services: { app: { image: 'x', environment: ['PASSED', 'ASKED=${ASKED}'] } } }));
  expect(jobOf(text, { ASKED: 'a' }).TaskGroups?.[0]?.Tasks?.[0]?.Env).toEqual({ PASSED: '', ASKED: 'a' });
});

test.each([
  { given: '${A:-${B:-x}}', variables: {}, want: 'x' },
  { given: '${A:-${B:-x}}', variables: { A: 'a' }, want: 'a' },
  { given: '${A:-$B/c}', variables: { B: 'b' }, want: 'b/c' },
  { given: '${A:+on}', variables: {}, want: '' },
  { given: '${A:+on $B}', variables: { A: '1', B: 'b' }, want: 'on b' },
  { given: '${A:?must be}', variables: { A: 'a' }, want: 'a' },
  { given: '$${A} ${open', variables: {}, want: '${A} ${open' },
])('$given with $variables is $want', ({ given, variables, want }) => {
  const text = made(stringify({ services: { app: { image: 'x', environment: { KEY: given } } } }));
  const values: Record<string, string> = Object.fromEntries(Object.entries(variables));
  expect(jobOf(text, values).TaskGroups?.[0]?.Tasks?.[0]?.Env).toEqual({ KEY: want });
});

describe('what is beside the Compose file', () => {
  const look = (path: string) => {
    if (path === './start') return { isFile: true, isExecutable: true, isEmpty: false };
    if (path === './none.env') return { isFile: true, isExecutable: false, isEmpty: true };
    return path === './conf.d' ? { isFile: false, isExecutable: true, isEmpty: false } : undefined;
  };
  const service = { image: 'x', volumes: ['./start:/start', './conf.d:/etc/conf'], env_file: './none.env' };
  const text = importCompose({ source: stringify({ services: { app: service } }), folder: 'f', env: {}, look });
  test('decides what is a file, who may run it, and whether there is something in it', () => {
    expect(jobOf(text).TaskGroups?.[0]?.Tasks?.[0]).toMatchObject({
      Templates: [
        { EmbeddedTmpl: 'content of the file\n', Envvars: true },
        { DestPath: 'local/start', Perms: '755' },
      ],
      Config: { mount: [{ source: 'local/start' }, { source: './conf.d' }] },
    });
  });
});

describe('checks that HTTP checks are no equal of', () => {
  test.each([
    'curl -s http://localhost/ | grep OK',
    'curl -H "Authorization: x" http://localhost/',
    'curl http://localhost/ && other',
    'node -e "fetch(\'http://localhost/\')"',
    'curl http://elsewhere/',
  ])('%s', (line) => {
    const services = groupOf({ image: 'x', ports: ['80'], healthcheck: { test: line } })?.Services;
    expect(services).toMatchObject([{ Checks: [{ Type: 'script', Args: ['-c', line] }] }]);
  });
  test('its own name is its own machine', () => {
    const check = { test: ['CMD', 'wget', '-q', 'http://app:80/up'] };
    expect(groupOf({ image: 'x', ports: ['80'], healthcheck: check })).toMatchObject({
      Services: [{ Checks: [{ Type: 'http', Path: '/up' }] }],
    });
  });
});

test("a swarm's labels for the router are tags", () => {
  const deploy = { labels: ['traefik.enable=true'] };
  const text = made(stringify({ services: { app: { image: 'x', ports: ['80'], deploy } } }));
  expect(jobOf(text).TaskGroups?.[0]?.Services).toMatchObject([{ Tags: ['traefik.enable=true'] }]);
  expect(text).not.toContain('deploy.labels');
});

test('only volumes and networks that are special are told of', () => {
  const volumes = { plain: { driver: 'local' }, far: { driver: 'nfs' }, mounted: { driver_opts: { type: 'nfs' } } };
  const networks = { inside: { driver: 'bridge' }, given: { external: true } };
  const text = made(stringify({ services: { app: { image: 'x' } }, volumes, networks }));
  expect([...text.matchAll(/(?:volume|network) "(\w+)" is external/g)].map(([, name]) => name)).toEqual([
    ...['far', 'mounted', 'given'],
  ]);
});

test('a secret of the surroundings is a variable', () => {
  const text = made(
    stringify({ services: { app: { image: 'x', secrets: ['s'] } }, secrets: { s: { environment: 'TOKEN' } } }),
  );
  const task = jobOf(text, { TOKEN: 'abc' }).TaskGroups?.[0]?.Tasks?.[0];
  expect(task).toMatchObject({ Templates: [{ EmbeddedTmpl: 'abc', DestPath: 'secrets/s' }] });
});

test('placement is spread, or one on each node', () => {
  const placement = { preferences: [{ spread: 'node.labels.zone' }], max_replicas_per_node: 1 };
  expect(groupOf({ image: 'x', deploy: { placement } })).toMatchObject({
    Spreads: [{ Attribute: '${meta.zone}' }],
    Constraints: [{ Operand: 'distinct_hosts' }],
  });
});

test.each([
  [{ extends: { service: 'b' } }, 'docker compose config'],
  [{ profiles: ['debug'] }, 'profiles debug: Compose starts it only with one of them'],
  [{ platform: 'linux/arm64' }, 'constrain ${attr.cpu.arch}'],
  [{ depends_on: { m: { condition: 'service_completed_successfully' } } }, 'depends_on m, which must have ended well'],
  [{ network_mode: 'service:web' }, 'shares the network of web'],
  [{ networks: { n: { aliases: ['a'] } } }, 'networks.n: aliases have no equal'],
  [{ deploy: { mode: 'global-job' } }, 'type = "sysbatch"'],
  [{ deploy: { update_config: { order: 'start-first' } } }, 'start-first'],
  [{ deploy: { placement: { constraints: ['node.role == worker'] } } }, '"node.role == worker" has no equal'],
  [{ healthcheck: { test: 'x', start_interval: '1s' } }, 'start_interval has no equal'],
  [{ volumes: [{ type: 'image', source: 'x', target: '/y' }] }, 'mount of type "image" at /y has no equal'],
  [{ volumes: [{ type: 'volume', source: 'x', target: '/y', volume: { subpath: 's' } }] }, 'subpath "s" has no equal'],
])('%j is told of', (service, want) => {
  const text = made(stringify({ services: { app: { image: 'x', ...service } } }));
  expect(text).toContain(want);
  jobOf(text);
});

test('what has no equal is said at its place', () => {
  const text = made(
    stringify({
      services: {
        app: { build: '.', blkio_config: {}, depends_on: ['b'], volumes: ['./dir:/d'] },
        b: { image: 'b', 'x-note': 1 },
      },
    }),
  );
  for (const word of ['built by Compose', 'blkio_config has no equal', 'depends_on b', './dir was a folder'])
    expect(text).toContain(word);
  expect(text).not.toContain('x-note');
});

describe('files that are none', () => {
  test.each([
    { name: 'no YAML', given: 'a: [', want: 'it is no YAML' },
    { name: 'no mapping', given: '- a', want: 'it is no mapping' },
    { name: 'no services', given: 'a: 1', want: 'there are no services' },
    {
      name: 'too many aliases',
      given:
        'a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nservices: [*c,*c,*c,*c]',
      want: 'it is no YAML: Excessive alias count',
    },
  ])('$name', ({ given, want }) => {
    expect(() => made(given)).toThrow(ImportError);
    expect(() => made(given)).toThrow(want);
  });
});

test('whatever the values are, a job file comes of it', () => {
  const keys = [
    'image',
    'ports',
    'environment',
    'volumes',
    'deploy',
    'healthcheck',
    'command',
    'labels',
    'restart',
    'secrets',
    'ulimits',
    'logging',
    'env_file',
    'expose',
    'tmpfs',
    'depends_on',
    'extra_hosts',
    'cpus',
    'mem_limit',
    'user',
  ];
  // A key "<<" merges, and may be refused for what it merges.
  const anything = fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes('"<<"'));
  const services = fc.dictionary(
    fc.stringMatching(/^[a-z_]{1,5}$/),
    fc.dictionary(fc.constantFrom(...keys), anything, { minKeys: 1 }),
    { minKeys: 1, maxKeys: 3 },
  );
  fc.assert(
    fc.property(services, (all) => {
      const { diagnostics } = parseJob(made(stringify({ services: all })), { filename: 'job.hcl', files });
      expect(diagnostics.filter(({ summary }) => !/variable/i.test(summary))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
