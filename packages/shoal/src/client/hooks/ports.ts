import type { Allocation } from '@shoal/api';
import { type Listener, processOfSocket, tcpListeners } from '../listening-ports.ts';
import { readCommand, readEnviron } from '../supervisor/proc.ts';
import { taskSetup } from '../task-runner/events.ts';
import type { TaskHook } from './hook.ts';

const LOOK_AGAIN_MS = 100;
/** A predecessor on this node that has more time than this to end is not waited for. */
const PREDECESSOR_HAS_MS = 10_000;

/**
 * Says whose a port is that the allocation was given and another program holds: all that the task itself could say is "address in use". A task of
 * another allocation that holds it is about to end (the servers give no port twice), and is waited for.
 */
export const portsHook: TaskHook = {
  name: 'ports',
  async prestart({ allocation, task, emit, signal, services }) {
    const ports = portsOf(allocation, task.Name);
    if (ports.length === 0) return;
    let holders = holdersOf(ports, allocation.ID);
    for (let waitedMs = 0; waitedMs < PREDECESSOR_HAS_MS && holders.some(isTask); waitedMs += LOOK_AGAIN_MS) {
      await services.clock.sleep(LOOK_AGAIN_MS, signal);
      if (signal.aborted) return;
      holders = holdersOf(ports, allocation.ID);
    }
    for (const holder of holders) emit(taskSetup(describe(holder)));
  },
};

type GivenPort = { readonly label: string; readonly address: string; readonly port: number };
type Holder = GivenPort & { readonly pid: number | undefined; readonly allocId: string | undefined };

function portsOf({ AllocatedResources }: Allocation, task: string): GivenPort[] {
  const { Shared, Tasks } = AllocatedResources;
  const shared = (Shared.Ports ?? []).map(({ Label, HostIP, Value }) => ({
    label: Label,
    address: HostIP,
    port: Value,
  }));
  const own = (Tasks[task]?.Networks ?? []).flatMap(({ IP, ReservedPorts, DynamicPorts }) =>
    [...(ReservedPorts ?? []), ...(DynamicPorts ?? [])].map(({ Label, Value }) => ({
      label: Label,
      address: IP,
      port: Value,
    })),
  );
  return [...shared, ...own];
}

/** They hold the ports of containers, which say nothing of their allocation; a container engine itself says what is taken. */
const ENGINE_PROGRAMS: ReadonlySet<string> = new Set(['docker-proxy', 'dockerd']);

/** Strangers only: tasks of the same allocation share its ports. */
function holdersOf(ports: readonly GivenPort[], allocId: string): Holder[] {
  const listeners = tcpListeners();
  const found = ports.flatMap((given) => {
    const listener = listeners.find((one) => meets(one, given));
    return listener ? [{ ...given, ...ownerOf(listener) }] : [];
  });
  return found.filter((holder) => holder.allocId !== allocId && !isEngine(holder));
}

function meets({ address, port }: Listener, given: GivenPort): boolean {
  const anywhere = address === '*' || given.address === '' || given.address === '0.0.0.0' || given.address === '::';
  return port === given.port && (anywhere || address === given.address);
}

function ownerOf({ inode }: Listener): Pick<Holder, 'pid' | 'allocId'> {
  const pid = processOfSocket(inode);
  const environ = pid === undefined ? '' : readEnviron(pid);
  return { pid, allocId: /(?:^|\0)NOMAD_ALLOC_ID=([^\0]+)/.exec(environ)?.[1] };
}

function isEngine({ pid }: Holder): boolean {
  return pid !== undefined && ENGINE_PROGRAMS.has(readCommand(pid));
}

function isTask({ allocId }: Holder): boolean {
  return allocId !== undefined;
}

function describe({ label, address, port, pid, allocId }: Holder): string {
  const who = pid === undefined ? 'another program' : `process ${pid}${named(pid)}`;
  const whose = allocId === undefined ? 'which is no task of this cluster' : `a task of allocation ${allocId}`;
  return `Port "${label}" (${address}:${port}) is held by ${who}, ${whose}`;
}

function named(pid: number): string {
  const program = readCommand(pid);
  return program === '' ? '' : ` (${program})`;
}
