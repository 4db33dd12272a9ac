import { resolveAddresses } from '../config/addresses/resolve-address.ts';
import type { AgentConfig, Listener } from '../config/agent-config.ts';
import type { ConfigEnvironment } from '../config/load.ts';
import type { Log } from '../log.ts';

const POLL_MS = 3_000;

export type LateAddresses = { stop(): void };

/**
 * Listens on addresses of interfaces that were not there when the configuration was read (docker0 at boot), as soon as they come.
 * Costs nothing where none is pending.
 */
export function watchLateAddresses(deps: {
  pending: AgentConfig['pending'];
  environment: () => Promise<Pick<ConfigEnvironment, 'interfaces' | 'defaultInterface'>>;
  listenOn: Record<Listener, ((address: string) => Promise<void>) | undefined>;
  log: Log;
}): LateAddresses {
  const { log, listenOn } = deps;
  let waiting = [...deps.pending];
  const timer = waiting.length > 0 ? setInterval(() => void look(), POLL_MS) : undefined;
  timer?.unref();

  async function look(): Promise<void> {
    const machine = await deps.environment();
    for (const pending of waiting) {
      const { addresses } = resolveAddresses(pending.source, machine);
      if (addresses.length === 0) continue;
      waiting = waiting.filter((other) => other !== pending);
      for (const address of addresses) await bind(pending.listener, pending.setting, address);
    }
    if (waiting.length === 0) clearInterval(timer);
  }

  async function bind(listener: Listener, setting: string, address: string): Promise<void> {
    try {
      await listenOn[listener]?.(address);
      log.info({ address, setting }, 'agent: an address that was missing has come and is listened on');
    } catch (error) {
      log.error({ address, setting, error: String(error) }, 'agent: an address that has come cannot be listened on');
    }
  }

  return { stop: () => clearInterval(timer) };
}
