import type { AgentConfig } from '../config/agent-config.ts';
import { planReload, type Reload, type ReloadPart } from '../config/reload.ts';
import type { Log } from '../log.ts';

/** Parts of an agent that take a new configuration while it runs. */
export type Takers = Readonly<Partial<Record<ReloadPart, (config: AgentConfig) => unknown>>>;

export type ReloadingDeps = {
  /** What is in force at first. */
  readonly config: AgentConfig;
  readonly takers: Takers;
  /** Whether files that the configuration names may hold something new under the same name: this part is always asked. */
  readonly always: readonly ReloadPart[];
  /** Told before the parts are: for those that only look. */
  readonly inForce: (config: AgentConfig) => void;
  readonly log: Log;
};

/**
 * Gives what can be applied of a configuration that was read again to the parts that take it. One that fails is told of and keeps what it had; the
 * others are not held up.
 */
export function reloading({
  config,
  takers,
  always,
  inForce,
  log,
}: ReloadingDeps): (wanted: AgentConfig) => Promise<Reload> {
  const can = new Set(Object.keys(takers) as ReloadPart[]);
  let current = config;
  return async (wanted) => {
    const plan = planReload(current, wanted, can);
    current = plan.config;
    inForce(current);
    for (const part of new Set([...plan.parts, ...always])) {
      try {
        await takers[part]?.(current);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.error(
          { part, reason },
          'config: a part of the agent could not take what is new; it goes on with what it had',
        );
      }
    }
    return plan;
  };
}
