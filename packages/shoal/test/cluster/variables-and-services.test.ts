import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { clientOf, echoJob, nodesReady, runningAllocs, startServer } from './cluster-config.ts';

/** What Nomad itself keeps, for tasks on a machine that is no server: variables in their templates, services of its own. */

let hosts: Hosts;
let server: HostAgent;
let alpha: HostAgent;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha']);
  let token: string;
  ({ server, token } = await startServer(hosts));
  alpha = await hosts.agent('alpha', clientOf(server.address));
  await alpha.start({ SHOAL_JOIN_TOKEN: token });
  await nodesReady(server, ['alpha']);
}, 60_000);
afterAll(() => hosts?.dispose());

const JOB = `job "app" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "while :; do cat local/out; sleep 0.2; done"]
      }
      template {
        data        = "{{ with nomadVar \\"nomad/jobs/app\\" }}{{ .word }}{{ end }}\\n"
        destination = "local/out"
        change_mode = "noop"
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}`;

test('variables are read over its connection to the servers, and followed', async () => {
  await alpha.nomad.variables.put({ Path: 'nomad/jobs/app', Items: { word: 'first' } });
  await server.run(JOB);
  const [alloc] = await until('it runs on alpha', async () => {
    const running = await runningAllocs(server, 'app');
    return running.length === 1 && running;
  });
  expect(alloc?.NodeName).toBe('alpha');
  const logs = async () => (await alpha.command('alloc', 'logs', alloc?.ID ?? '')).printed;
  await until('it has the variable', async () => /^first$/m.test(await logs()));
  await server.nomad.variables.put({ Path: 'nomad/jobs/app', Items: { word: 'second' } });
  await until('it has the change', async () => /^second$/m.test(await logs()));
  const { value } = await alpha.nomad.variables.read('nomad/jobs/app');
  expect(value?.Items).toEqual({ word: 'second' });
});

test('its services of Nomad are known, can be deleted, and are gone while it is', { timeout: 60_000 }, async () => {
  const service = echoJob(1).replace('service {', 'service {\n      provider = "nomad"');
  await alpha.run(service);
  const registered = (count: number) =>
    until(`${count} instances`, async () => {
      const { value } = await server.nomad.services.read('echo');
      return value.length === count && value;
    });
  const [one] = await registered(1);
  expect(one).toMatchObject({ Address: alpha.address, JobID: 'echo' });
  expect(Object.values(await server.nomad.allocations.checks(one?.AllocID ?? ''))).toMatchObject([{ Service: 'echo' }]);
  expect((await alpha.nomad.services.list()).value[0]?.Services).toEqual([{ ServiceName: 'echo', Tags: [] }]);

  await server.nomad.services.delete('echo', one?.ID ?? '');
  await registered(0);
  await server.nomad.allocations.restart(one?.AllocID ?? '');
  await registered(1);

  await alpha.end('SIGKILL');
  await registered(0);
  await alpha.start();
  await nodesReady(server, ['alpha']);
  await registered(1);
});
