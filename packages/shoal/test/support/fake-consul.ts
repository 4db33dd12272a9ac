import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CheckStatus, ServiceEntry } from '@shoal/api';
import { onTestFinished } from 'vitest';

export type FakeInstance = {
  service: string;
  id: string;
  port: number;
  address?: string;
  tags?: string[];
  weight?: number;
  status?: CheckStatus;
};

/** The two endpoints that the edge reads, with blocking queries, in a server of their own. */
export type FakeConsul = {
  readonly address: string;
  /** Enters or changes an instance; waiting queries wake. */
  set(instance: FakeInstance): void;
  remove(id: string): void;
  /** Requests that were answered or wait. */
  readonly requests: string[];
  /** Queries that wait now. */
  waiting(): number;
  /** Breaks all connections and takes none, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
};

export async function fakeConsul(): Promise<FakeConsul> {
  const instances = new Map<string, FakeInstance>();
  const requests: string[] = [];
  const waiters = new Set<() => void>();
  let index = 10;
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => close(server));

  return {
    address: `http://127.0.0.1:${port}`,
    set: (instance) => change(() => instances.set(instance.id, instance)),
    remove: (id) => change(() => instances.delete(id)),
    requests,
    waiting: () => waiters.size,
    down: () => close(server),
    async up() {
      server = await listen(port);
    },
  };

  function change(apply: () => void): void {
    apply();
    index += 1;
    for (const wake of [...waiters]) wake();
  }

  async function listen(port: number): Promise<Server> {
    const next = createServer((request, response) => answer(new URL(request.url ?? '/', 'http://x'), response));
    next.listen(port, '127.0.0.1');
    await once(next, 'listening');
    return next;
  }

  async function close(open: Server): Promise<void> {
    if (!open.listening) return;
    const closed = once(open, 'close');
    open.close();
    open.closeAllConnections();
    waiters.clear();
    await closed;
  }

  function answer(url: URL, response: ServerResponse): void {
    requests.push(url.pathname + url.search);
    const send = (): void => {
      if (!waiters.delete(send) && isWaiting) return;
      response.setHeader('X-Consul-Index', index);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(read(url)));
    };
    const isWaiting = Number(url.searchParams.get('index') ?? 0) >= index;
    if (!isWaiting) {
      send();
      return;
    }
    waiters.add(send);
    response.once('close', () => waiters.delete(send));
  }

  function read(url: URL): unknown {
    const all = [...instances.values()];
    if (url.pathname === '/v1/catalog/services') {
      const names = [...new Set(all.map((one) => one.service))];
      return Object.fromEntries(names.map((name) => [name, tagsOf(all, name)]));
    }
    const name = decodeURIComponent(url.pathname.replace('/v1/health/service/', ''));
    return all.filter((one) => one.service === name).map(entryOf);
  }
}

function tagsOf(instances: FakeInstance[], service: string): string[] {
  return [...new Set(instances.filter((one) => one.service === service).flatMap((one) => one.tags ?? []))];
}

function entryOf(instance: FakeInstance): ServiceEntry {
  const { id, service, port, address = '', tags = [], weight = 1, status = 'passing' } = instance;
  const indexes = { CreateIndex: 1, ModifyIndex: 1 };
  const node = { ID: 'n', Node: 'node', Address: '127.0.0.1', Datacenter: 'dc1', TaggedAddresses: null, Meta: null };
  const check = { Node: 'node', CheckID: `service:${id}`, Name: 'c', Notes: '', Output: '', ServiceID: id };
  return {
    Node: { ...node, ...indexes },
    Service: {
      ID: id,
      Service: service,
      Tags: tags,
      Meta: null,
      Port: port,
      Address: address,
      Weights: { Passing: weight, Warning: 1 },
      EnableTagOverride: false,
    },
    Checks: [
      { ...check, Status: status, ServiceName: service, ServiceTags: tags, Type: 'http', Definition: {}, ...indexes },
    ],
  };
}
