import { connect, type Socket } from 'node:net';
import type { PlaneContext } from './context.ts';
import { chooseTarget } from './routing.ts';
import { forgive, penalise, type Upstream } from './upstream.ts';

const KEEP_ALIVE_PROBE_MS = 30_000;

/**
 * A client's connection to the port of a TCP route. Nothing is read from it until an instance has taken it, so any other instance can have it as long as
 * none has. Then bytes go both ways with back-pressure. The end of one side is the end of its direction alone; a break is passed on as a break, so that
 * half of something is never taken for the whole. An instance that leaves the catalog keeps its connections until one of the two ends them.
 */
export function serveTcp(context: PlaneContext, client: Socket, port: number): void {
  const { counters, settings, routing, now } = context;
  const tried: Upstream[] = [];

  counters.tcpConnections += 1;
  counters.tcpActive += 1;
  counters.active += 1;
  client.on('error', () => client.destroy());
  client.once('close', () => {
    counters.tcpActive -= 1;
    counters.active -= 1;
  });
  attempt();

  function attempt(): void {
    // Looked up anew each time: who failed may be gone by now.
    const route = routing.behind(port);
    const chosen = route && tried.length < settings.mostAttempts ? chooseTarget(route, tried, now()) : undefined;
    if (chosen) {
      dial(chosen.upstream);
      return;
    }
    counters.tcpRefused += 1;
    client.resetAndDestroy();
  }

  function dial(upstream: Upstream): void {
    tried.push(upstream);
    upstream.active += 1;
    const far = connect({ host: upstream.address, port: upstream.port, allowHalfOpen: true, noDelay: true });
    const abandon = (): void => void far.destroy();
    let isTaken = false;
    client.once('close', abandon);
    far.setTimeout(settings.connectTimeoutMs, () => far.destroy(new Error('no connection in time')));
    far.once('connect', () => {
      isTaken = true;
      client.off('close', abandon);
      far.removeAllListeners('timeout');
      forgive(upstream);
      join(client, far, settings);
    });
    far.on('error', () => far.destroy());
    far.once('close', () => {
      upstream.active -= 1;
      client.off('close', abandon);
      if (isTaken || client.destroyed) return;
      counters.upstreamFailures += 1;
      counters.retries += 1;
      penalise(upstream, now());
      attempt();
    });
  }
}

function join(client: Socket, far: Socket, { tcpIdleTimeoutMs, idleTimeoutMs }: PlaneContext['settings']): void {
  for (const [side, other] of [
    [client, far],
    [far, client],
  ] as const) {
    side.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
    side.setTimeout(tcpIdleTimeoutMs, () => side.resetAndDestroy());
    // Half a connection has one thing left to say, and is not kept as long as a whole one.
    side.once('end', () => other.setTimeout(idleTimeoutMs, () => other.resetAndDestroy()));
    side.once('error', () => other.resetAndDestroy());
    side.once('close', () => other.destroySoon());
    side.pipe(other);
  }
}
