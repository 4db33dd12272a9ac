import type { DriverNetwork, ExitResult, TaskHandle } from '../driver.ts';
import type { Engine } from './engine.ts';
import { isStatus } from './errors.ts';
import { ALLOC_LABEL, START_LABEL, TASK_LABEL } from './labels.ts';

/** What the engine tells of a container (`GET /containers/{id}/json`), as far as it is used here. */
export type Container = {
  Id: string;
  Image: string;
  Created: string;
  State: {
    Status: string;
    Running: boolean;
    Pid: number;
    OOMKilled: boolean;
    ExitCode: number;
    Error: string;
    StartedAt: string;
  };
  Config: { Labels: Record<string, string> | null; Tty: boolean };
  HostConfig: { NetworkMode: string };
  NetworkSettings: { Networks?: Record<string, { IPAddress: string; GlobalIPv6Address: string }> };
};

export type Containers = {
  /** Of one start of a task; undefined if there is none. */
  find(handle: Pick<TaskHandle, 'id' | 'data'>): Promise<Container | undefined>;
  /** By name or id. */
  named(name: string): Promise<Container | undefined>;
  /** With its processes and unnamed volumes. What is gone already is fine. */
  remove(id: string): Promise<void>;
  /** A container of that name which an earlier start of the same task left. */
  leftover(name: string, task: { allocId: string; task: string }): Promise<Container | undefined>;
};

export function createContainers(engine: Engine): Containers {
  async function inspect(id: string): Promise<Container | undefined> {
    try {
      return await engine.call<Container>('GET', `/containers/${id}/json`);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  return {
    // A handle from before the start's answer knows no container.
    async find({ id, data }) {
      if (typeof data['container'] === 'string') return inspect(data['container']);
      const filters = JSON.stringify({ label: [`${START_LABEL}=${id}`] });
      const [found] = await engine.call<{ Id: string }[]>('GET', '/containers/json', { query: { all: true, filters } });
      return found && inspect(found.Id);
    },
    named: inspect,
    async remove(id) {
      try {
        await engine.call('DELETE', `/containers/${id}`, { query: { force: true, v: true } });
      } catch (error) {
        // 409: it is being removed already.
        if (!isStatus(error, 404, 409)) throw error;
      }
    },
    async leftover(name, { allocId, task }) {
      const found = await inspect(name);
      const labels = found?.Config.Labels ?? {};
      return labels[ALLOC_LABEL] === allocId && labels[TASK_LABEL] === task ? found : undefined;
    },
  };
}

/** How a container ended, in Nomad's words. */
export function exitOf({ State }: Container): ExitResult {
  const { ExitCode: exitCode, OOMKilled: oomKilled, Error: error } = State;
  const message = error || (exitCode === 0 ? '' : `Docker container exited with non-zero exit code: ${exitCode}`);
  return { kind: 'exited', exitCode, signal: 0, oomKilled, ...(message !== '' && { message }) };
}

/** Networks that only this machine reaches. */
const LOCAL_NETWORKS: ReadonlySet<string> = new Set(['bridge', 'default', 'nat']);

/** Its address; `advertise` for a network beside Docker's own, which others may reach. */
export function networkOf({ HostConfig, NetworkSettings }: Container, ipv6: boolean): DriverNetwork | undefined {
  const [name, network] = Object.entries(NetworkSettings.Networks ?? {})[0] ?? [];
  const ip = ipv6 ? network?.GlobalIPv6Address : network?.IPAddress;
  if (name === undefined || !ip) return undefined;
  return { ip, advertise: ipv6 || (!LOCAL_NETWORKS.has(name) && !LOCAL_NETWORKS.has(HostConfig.NetworkMode)) };
}
