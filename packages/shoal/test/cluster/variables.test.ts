import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { clientOf, nodesReady, runningAllocs, startServer } from './cluster-config.ts';

/** Variables in the templates of a task on a machine that is no server. */

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

test('are read over its connection to the servers, and followed', async () => {
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
