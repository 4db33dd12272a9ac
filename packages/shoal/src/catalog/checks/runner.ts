import { type CheckDefinition, MAX_OUTPUT, type Outcome, type RepeatedRun } from '../registry/definitions.ts';
import { runDockerCheck } from './docker.ts';
import { runGrpcCheck } from './grpc.ts';
import { runH2PingCheck } from './h2ping.ts';
import { runHttpCheck } from './http.ts';
import { runOsServiceCheck } from './os-service.ts';
import { runScriptCheck } from './script.ts';
import { runTcpCheck } from './tcp.ts';
import { countResult, NO_STREAK } from './thresholds.ts';
import type { Turns } from './turns.ts';
import { runUdpCheck } from './udp.ts';

export type RunnerDeps = {
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Shared by all checks of the agent. */
  readonly turns: Turns;
};

/** First runs are spread over this much at most: a new service should not wait a whole interval to be found healthy. */
const MAX_STAGGER_MS = 1_000;

/**
 * Runs a check again and again, an interval after the end of the last run: never twice at a time. Reports what the thresholds let through.
 * Returns the function that ends it.
 */
export function startRunning(
  definition: CheckDefinition,
  run: RepeatedRun,
  deps: RunnerDeps,
  report: (outcome: Outcome) => void,
): () => void {
  const stop = new AbortController();
  let timer: NodeJS.Timeout;
  let streak = NO_STREAK;
  const runOnce = async () => {
    const outcome = await deps.turns.take(() => attempt(run, stop.signal, definition.maxOutput ?? MAX_OUTPUT));
    if (stop.signal.aborted) return;
    const counted = countResult(definition, streak, outcome);
    streak = counted.streak;
    if (counted.settled) report(counted.settled);
    plan(run.intervalMs);
  };
  const plan = (delayMs: number) => {
    timer = setTimeout(() => void runOnce(), delayMs);
    timer.unref();
  };
  plan(deps.random() * Math.min(run.intervalMs, MAX_STAGGER_MS));
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

/** Whatever a check does, it has an outcome. */
async function attempt(run: RepeatedRun, signal: AbortSignal, mostOutput: number): Promise<Outcome> {
  try {
    return await runOf(run, signal, mostOutput);
  } catch (error) {
    return { status: 'critical', output: error instanceof Error ? error.message : String(error) };
  }
}

function runOf(run: RepeatedRun, signal: AbortSignal, mostOutput: number): Promise<Outcome> {
  switch (run.kind) {
    case 'http':
      return runHttpCheck(run, signal, mostOutput);
    case 'tcp':
      return runTcpCheck(run, signal);
    case 'grpc':
      return runGrpcCheck(run, signal);
    case 'script':
      return runScriptCheck(run, signal, mostOutput);
    case 'docker':
      return runDockerCheck(run, signal, mostOutput);
    case 'h2ping':
      return runH2PingCheck(run, signal);
    case 'udp':
      return runUdpCheck(run, signal);
    case 'os_service':
      return runOsServiceCheck(run, signal);
  }
}
