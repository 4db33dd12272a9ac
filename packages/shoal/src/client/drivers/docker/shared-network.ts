import { createHash } from 'node:crypto';
import { readlink, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { tarEnd, tarHead, tarPadding } from '../../../tar.ts';
import { systemClock } from '../../clock.ts';
import { DriverError, type TaskNetwork, type TaskSpec } from '../driver.ts';
import type { Containers } from './containers.ts';
import type { Engine } from './engine.ts';
import { isStatus } from './errors.ts';
import { ALLOC_LABEL, NODE_LABEL, type NodeNames, START_LABEL } from './labels.ts';
import { NETWORK_PLACE, pauseProgram } from './pause-program.ts';

/**
 * An engine gives containers the network of another container, not one that it is pointed to. So each allocation that has a network of its own gets a
 * container that does nothing but live in it, and its tasks' containers share that one's. Whatever happens to the engine, the network is the client's.
 */
export type SharedNetworks = {
  /** The id of the container, which runs in the task's network. Throws `Error`, `EngineError` or `EngineAwayError`. */
  holderFor(task: TaskSpec & { network: TaskNetwork }, hostname: string): Promise<string>;
  /** Removes it, if there is one. */
  leave(allocId: string): Promise<void>;
};

/** What marks the container of an allocation, in the place of a task's start. */
export function holderStart(allocId: string): string {
  return `${allocId}/network`;
}

export type SharedNetworksDeps = { engine: Engine; containers: Containers; node: NodeNames; arch: string };

const REPOSITORY = 'shoal-network';
const PROGRAM = 'pause';
const ENTER_MS = 10_000;
const LOOK_AGAIN_MS = 5;

export function createSharedNetworks({ engine, containers, node, arch }: SharedNetworksDeps): SharedNetworks {
  const underWay = new Map<string, Promise<string>>();

  /** A program of some hundred bytes, made here: there is nothing to fetch. */
  async function image(): Promise<string> {
    const program = pauseProgram(arch);
    if (program === undefined) {
      throw new DriverError(`containers cannot share a network of their group on this architecture (${arch})`, {
        recoverable: false,
      });
    }
    const tag = createHash('sha256').update(program).digest('hex').slice(0, 12);
    const name = `${REPOSITORY}:${tag}`;
    const isThere = await engine.call('GET', `/images/${name}/json`).then(
      () => true,
      (error) => {
        if (isStatus(error, 404)) return false;
        throw error;
      },
    );
    if (isThere) return name;
    const archive = [tarHead(PROGRAM, program.length, 0, 0o755), program, tarPadding(program.length), tarEnd()];
    const query = { fromSrc: '-', repo: REPOSITORY, tag };
    const answer = await engine.stream('POST', '/images/create', { query, body: Readable.from(archive) });
    // What it says is its progress; a failure shows in the next call.
    answer.resume();
    await new Promise((resolve) => answer.once('close', resolve));
    return name;
  }

  async function make(task: TaskSpec & { network: TaskNetwork }, hostname: string): Promise<string> {
    const name = `nomad_init_${task.allocId}`;
    const left = await containers.named(name);
    if (left?.State.Running && (await isIn(left.State.Pid, task.network.namespace))) return left.Id;
    if (left !== undefined) await containers.remove(left.Id);
    const body = {
      Image: await image(),
      Cmd: [`/${PROGRAM}`],
      ...(hostname !== '' && { Hostname: hostname }),
      Labels: { [ALLOC_LABEL]: task.allocId, [NODE_LABEL]: node.id, [START_LABEL]: holderStart(task.allocId) },
      HostConfig: {
        NetworkMode: 'none',
        Binds: [`${task.network.namespace}:${NETWORK_PLACE}:ro`],
        // To enter a namespace; nothing else is left to it.
        CapDrop: ['ALL'],
        CapAdd: ['SYS_ADMIN'],
        ReadonlyRootfs: true,
        UsernsMode: 'host',
        SecurityOpt: ['label=disable'],
        LogConfig: { Type: 'none', Config: {} },
      },
    };
    const { Id } = await engine.call<{ Id: string }>('POST', '/containers/create', { query: { name }, body });
    await engine.call('POST', `/containers/${Id}/start`);
    await entered(Id, task.network.namespace);
    return Id;
  }

  async function entered(id: string, namespace: string): Promise<void> {
    for (const deadline = performance.now() + ENTER_MS; performance.now() < deadline; ) {
      const container = await containers.named(id);
      if (container?.State.Running && (await isIn(container.State.Pid, namespace))) return;
      if (container?.State.Status === 'exited') break;
      await systemClock.sleep(LOOK_AGAIN_MS, new AbortController().signal);
    }
    await containers.remove(id);
    throw new Error(
      `the container that is to hold the network did not get into ${namespace}: the engine must run on this machine, as root`,
    );
  }

  return {
    holderFor(task, hostname) {
      const { allocId } = task;
      const running = underWay.get(allocId) ?? make(task, hostname).finally(() => underWay.delete(allocId));
      underWay.set(allocId, running);
      return running;
    },
    async leave(allocId) {
      await underWay.get(allocId)?.catch(() => undefined);
      const found = await containers.find({ id: holderStart(allocId), data: {} });
      if (found !== undefined) await containers.remove(found.Id);
    },
  };
}

/** namespaces(7): they are the same if their inodes are. */
async function isIn(pid: number, namespace: string): Promise<boolean> {
  const [link, { ino }] = await Promise.all([readlink(`/proc/${pid}/ns/net`).catch(() => ''), stat(namespace)]);
  return link === `net:[${ino}]`;
}
