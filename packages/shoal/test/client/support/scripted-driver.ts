import {
  type Driver,
  DriverError,
  type ExitResult,
  type TaskHandle,
  type TaskSpec,
} from '../../../src/client/drivers/driver.ts';

/**
 * A driver without processes, for tests of what lies above drivers. Tasks run in a `ScriptedMachine`, which outlives the driver as a machine outlives
 * its agent. `config`: `exit_after_ms` (else it runs until it is stopped), `exit_code`, `start_error`, `ignores_signal`.
 */
export type ScriptedMachine = {
  running: Map<string, ScriptedTask>;
  /** Every spec that was started, in order. */
  started: TaskSpec[];
  signals: { id: string; signal: string }[];
  forgotten: string[];
  /** Commands that were run beside tasks; those named `false` fail. */
  commands: { id: string; command: readonly string[] }[];
  /** Ends a task from outside. */
  end(id: string, result: ExitResult): void;
};

type ScriptedTask = {
  spec: TaskSpec;
  exit: Promise<ExitResult>;
  end: (result: ExitResult) => void;
  timer: NodeJS.Timeout | undefined;
};

export function scriptedMachine(): ScriptedMachine {
  const machine: ScriptedMachine = {
    running: new Map(),
    started: [],
    signals: [],
    forgotten: [],
    commands: [],
    end: (id, result) => machine.running.get(id)?.end(result),
  };
  return machine;
}

export function scriptedDriver(machine: ScriptedMachine, name = 'scripted'): Driver {
  const find = (handle: TaskHandle): ScriptedTask => {
    const task = machine.running.get(handle.id);
    if (task === undefined) throw new DriverError(`no task ${handle.id}`, { recoverable: false });
    return task;
  };
  return {
    name,
    fingerprint: async () => ({
      Attributes: { [`driver.${name}`]: 'true' },
      Detected: true,
      Healthy: true,
      HealthDescription: 'Healthy',
      UpdateTime: new Date().toISOString(),
    }),
    validate: (config) => ('mistake' in config ? [String(config['mistake'])] : []),
    async start(spec) {
      machine.started.push(spec);
      const { start_error: error } = spec.config;
      if (error !== undefined) throw new DriverError(String(error), { recoverable: true });
      machine.running.set(spec.id, begin(spec));
      return { driver: name, id: spec.id, startedAt: Date.now(), data: {} };
    },
    async wait(handle, signal) {
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        find(handle).exit.then(resolve, reject);
      });
    },
    async stop(handle, { killSignal }) {
      const task = find(handle);
      machine.signals.push({ id: handle.id, signal: killSignal });
      const stubborn = task.spec.config['ignores_signal'] === true;
      task.end(stubborn ? exited(137, 9) : exited(130, 2));
      await task.exit;
    },
    async signal(handle, signal) {
      find(handle);
      machine.signals.push({ id: handle.id, signal });
    },
    async exec(handle, { command }) {
      find(handle);
      machine.commands.push({ id: handle.id, command });
      return { exitCode: command[0] === 'false' ? 1 : 0, output: 'said' };
    },
    stats: async () => ({
      timestamp: Date.now(),
      cpuPercent: 1,
      cpuTotalTicksMHz: 10,
      systemPercent: 0,
      userPercent: 1,
      rssBytes: 1_000_000,
      pids: {},
    }),
    recover: async (handle) => machine.running.has(handle.id),
    async forget(handle) {
      clearTimeout(machine.running.get(handle.id)?.timer);
      machine.running.delete(handle.id);
      machine.forgotten.push(handle.id);
    },
  };
}

export function exited(exitCode: number, signal = 0): ExitResult {
  return { kind: 'exited', exitCode, signal, oomKilled: false };
}

function begin(spec: TaskSpec): ScriptedTask {
  let end: ScriptedTask['end'] = () => undefined;
  const exit = new Promise<ExitResult>((resolve) => {
    end = resolve;
  });
  const { exit_after_ms: after, exit_code: code = 0 } = spec.config;
  const timer = after === undefined ? undefined : setTimeout(() => end(exited(Number(code))), Number(after));
  return { spec, exit, end, timer };
}
