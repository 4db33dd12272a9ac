import { systemClock } from '../../clock.ts';
import { knownSignal } from '../../supervisor/signals.ts';
import type { TaskHandle } from '../driver.ts';
import type { Container, Containers } from './containers.ts';
import type { Engine } from './engine.ts';
import { EngineAwayError, isStatus } from './errors.ts';

export type Ending = {
  /** Resolves with the container when it does not run any more, with undefined when there is none; waits as long as the engine is away. */
  wait(
    handle: TaskHandle,
    signal: AbortSignal,
    onRunning?: (container: Container) => void,
  ): Promise<Container | undefined>;
  stop(handle: TaskHandle, how: { killSignal: string; killTimeoutMs: number }): Promise<void>;
};

const RETRY_MS = 1_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createEnding(engine: Engine, containers: Containers): Ending {
  async function wait(
    handle: TaskHandle,
    signal: AbortSignal,
    onRunning: (container: Container) => void = () => undefined,
  ): Promise<Container | undefined> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const container = await containers.find(handle);
        if (!container?.State.Running) return container;
        onRunning(container);
        await engine.call('POST', `/containers/${container.Id}/wait`, { signal, timeoutMs: 0 });
      } catch (error) {
        if (signal.aborted || !(error instanceof EngineAwayError || isStatus(error, 404))) throw error;
        await systemClock.sleep(RETRY_MS, signal);
      }
    }
  }

  async function kill(container: string, signal: string): Promise<void> {
    try {
      await engine.call('POST', `/containers/${container}/kill`, { query: { signal } });
    } catch (error) {
      // It has ended in this very moment.
      if (!isStatus(error, 404, 409)) throw error;
    }
  }

  return {
    wait,
    async stop(handle, { killSignal, killTimeoutMs }) {
      const container = await containers.find(handle);
      if (!container?.State.Running) return;
      const late = AbortSignal.timeout(Math.min(Math.max(0, Math.round(killTimeoutMs)), LONGEST_TIMER_MS));
      await kill(container.Id, knownSignal(killSignal));
      try {
        await wait(handle, late);
        return;
      } catch (error) {
        if (!late.aborted) throw error;
      }
      await kill(container.Id, 'SIGKILL');
      await wait(handle, AbortSignal.timeout(LONGEST_TIMER_MS));
    },
  };
}
