import { freemem, totalmem, uptime } from 'node:os';
import { clientStatus, isTerminal } from '../../state/alloc-view.ts';
import type { State } from '../../state/state.ts';
import { jobVersionKey } from '../../state/tables.ts';
import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ClientApiDeps } from './client.ts';

export type Gauge = { name: string; value: number; labels: Record<string, string> };

/** `/v1/metrics`: figures of now, under Nomad's names, as JSON or for Prometheus. */
export function metricsEndpoints(deps: ClientApiDeps): Endpoint[] {
  return [
    {
      path: '/v1/metrics',
      methods: {
        GET: ({ query }) => {
          const gauges = [...serverGauges(deps), ...clientGauges(deps.state, deps.localNode())];
          if (query.get('format') !== 'prometheus') return json(inMemory(gauges));
          const body = {
            kind: 'text',
            text: prometheus(gauges),
            type: 'text/plain; version=0.0.4; charset=utf-8',
          } as const;
          return { status: 200, body };
        },
      },
    },
  ];
}

function serverGauges({ state, server }: ClientApiDeps): Gauge[] {
  const gauge = (name: string, value: number) => ({ name: `nomad.nomad.${name}`, value, labels: {} });
  return [
    gauge('broker.total_ready', server.pendingEvals()),
    gauge('broker.total_unacked', 0),
    gauge('blocked_evals.total_blocked', state.tables.evals.countBy('status', 'blocked')),
    gauge('plan.queue_depth', 0),
    gauge('jobs.total', state.tables.jobs.size),
    gauge('state.index', state.index()),
  ];
}

/** What the node of this agent has, and has given away. CPU is MHz, memory and disk are MB, host memory is bytes. */
function clientGauges(state: State, nodeId: string | undefined): Gauge[] {
  const node = nodeId === undefined ? undefined : state.tables.nodes.get(nodeId);
  if (!node) return [];
  const labels = {
    datacenter: node.Datacenter,
    node_class: node.NodeClass || 'none',
    node_id: node.ID,
    node_scheduling_eligibility: node.SchedulingEligibility,
    node_status: node.Status,
  };
  const used = usage(state, node.ID);
  const { NodeResources: total } = node;
  const values: Record<string, number> = {
    'allocated.cpu': used.cpu,
    'allocated.memory': used.memory,
    'allocated.disk': used.disk,
    'unallocated.cpu': total.Cpu.CpuShares - used.cpu,
    'unallocated.memory': total.Memory.MemoryMB - used.memory,
    'unallocated.disk': total.Disk.DiskMB - used.disk,
    'allocations.running': used.running,
    'allocations.pending': used.pending,
    'allocations.terminal': used.terminal,
    'host.memory.total': totalmem(),
    'host.memory.free': freemem(),
    uptime: uptime(),
  };
  return Object.entries(values).map(([name, value]) => ({ name: `nomad.client.${name}`, value, labels }));
}

function usage(state: State, nodeId: string) {
  const { allocs, allocStatus, jobVersions } = state.tables;
  const used = { cpu: 0, memory: 0, disk: 0, running: 0, pending: 0, terminal: 0 };
  for (const row of allocs.by('node', nodeId)) {
    const reported = allocStatus.get(row.ID);
    if (isTerminal(row, reported)) {
      used.terminal += 1;
      continue;
    }
    used[clientStatus(row, reported) === 'running' ? 'running' : 'pending'] += 1;
    const version = jobVersionKey(row.Namespace, row.JobID, row.JobVersion);
    const group = jobVersions.get(version)?.TaskGroups?.find(({ Name }) => Name === row.TaskGroup);
    used.disk += group?.EphemeralDisk.SizeMB ?? 0;
    for (const { Resources } of group?.Tasks ?? []) {
      used.cpu += Resources.CPU;
      used.memory += Resources.MemoryMB;
    }
  }
  return used;
}

/** The shape of go-metrics' in-memory sink. */
function inMemory(gauges: Gauge[]) {
  return {
    Timestamp: `${new Date().toISOString().replace('T', ' ').slice(0, 19)} +0000 UTC`,
    Gauges: gauges.map(({ name, value, labels }) => ({ Name: name, Value: value, Labels: labels })),
    Points: [],
    Counters: [],
    Samples: [],
  };
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
function prometheus(gauges: Gauge[]): string {
  const lines = gauges.flatMap(({ name, value, labels }) => {
    const own = name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
    const pairs = Object.entries(labels).map(
      ([key, text]) => `${key}="${text.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
    );
    return [`# TYPE ${own} gauge`, `${own}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`];
  });
  return `${lines.join('\n')}\n`;
}
