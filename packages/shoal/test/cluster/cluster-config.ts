import type { HostAgent, Hosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';

/** Short terms, so that tests need not wait long for a node to be taken for gone. */
export const QUICK_SERVER = `server {
  enabled           = true
  min_heartbeat_ttl = "1500ms"
  heartbeat_grace   = "1500ms"
}`;

/** A node may be silent for as long as its agent takes to start anew on a busy machine. */
export const PATIENT_SERVER = `server {
  enabled           = true
  min_heartbeat_ttl = "1500ms"
  heartbeat_grace   = "20s"
}`;

export function clientOf(...servers: readonly string[]): string {
  return `retry_join = ${JSON.stringify(servers)}
client { enabled = true }`;
}

/** A service whose task writes a line every 100 ms: `count` of it, spread over the hosts, or one on each. */
export function echoJob(count: number | 'each', name = 'echo'): string {
  const isSystem = count === 'each';
  return `job "${name}" {
  datacenters = ["dc1"]
  type        = "${isSystem ? 'system' : 'service'}"
  group "${name}" {
    ${isSystem ? '' : `count = ${count}`}
    network {
      port "http" {}
    }
    service {
      name = "${name}"
      port = "http"
      check {
        type     = "tcp"
        interval = "1s"
        timeout  = "1s"
      }
    }
    task "${name}" {
      driver = "raw_exec"
      config {
        command = "${process.execPath}"
        args    = ["-e", "let n = 0; setInterval(() => console.log(n++), 100); require('http').createServer((q, s) => s.end(process.env.NOMAD_ALLOC_ID)).listen(process.env.NOMAD_PORT_http, '0.0.0.0')"]
      }
      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}`;
}

/** A running server, and the token that others join with. */
export async function startServer(
  hosts: Hosts,
  host = 'server',
  config = QUICK_SERVER,
): Promise<{ server: HostAgent; token: string }> {
  const server = await hosts.agent(host, config);
  await server.start();
  const { printed } = await server.command('server', 'token', '-ttl', '1h');
  return { server, token: printed.trim() };
}

export async function nodesReady(server: HostAgent, names: readonly string[]): Promise<void> {
  await until(`${names.join(' and ')} are ready`, async () => {
    const { value } = await server.nomad.nodes.list();
    const ready = value.filter(({ Status }) => Status === 'ready').map(({ Name }) => Name);
    return names.every((name) => ready.includes(name));
  });
}

/** Its allocations that are wanted and run, as `host: id`. */
export async function runningAllocs(server: HostAgent, job: string) {
  const { value } = await server.nomad.jobs.allocations(job);
  return value.filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'running' && DesiredStatus === 'run');
}

/** Addresses by DNS, in order. */
export async function addressesOf(agent: HostAgent, name: string): Promise<string[]> {
  const { answer } = await agent.dns({ name });
  return answer.map(({ data }) => String(data)).sort();
}
