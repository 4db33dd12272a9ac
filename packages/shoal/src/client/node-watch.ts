import type { Node } from '@shoal/api';
import type { Log } from '../log.ts';
import type { Clock } from './clock.ts';
import { fingerprints } from './fingerprints/all.ts';
import type { Finding, FingerprintContext } from './fingerprints/fingerprint.ts';
import { composeNode, type NodeIdentity } from './node.ts';
import type { NodeConfig } from './node-config.ts';

/** This node, and what becomes of it while the agent runs. */
export type NodeWatch = {
  /** Takes all fingerprints. Call it before `node`. */
  start(): Promise<void>;
  node(): Node;
  /** The operator has changed the configuration: all is found out anew with it. */
  reload(config: NodeConfig): Promise<void>;
  stop(): Promise<void>;
};

export type NodeWatchDeps = {
  identity: NodeIdentity;
  context: FingerprintContext;
  clock: Clock;
  log: Log;
  onChange: () => void;
};

const PERIOD_MS = 15_000;

export function createNodeWatch({ identity, context: first, clock, log, onChange }: NodeWatchDeps): NodeWatch {
  let context = first;
  const stopped = new AbortController();
  const findings = new Map<string, Finding>();
  let node: Node | undefined;
  let running: Promise<void> | undefined;

  async function take(periodicOnly: boolean): Promise<void> {
    const due = fingerprints.filter((fingerprint) => fingerprint.periodic || !periodicOnly);
    const found = await Promise.all(
      due.map(async (fingerprint) => [fingerprint.name, await run(fingerprint)] as const),
    );
    for (const [name, finding] of found) findings.set(name, finding);
    node = composeNode(
      identity,
      context.config,
      fingerprints.map(({ name }) => findings.get(name) ?? {}),
    );
  }

  async function run(fingerprint: (typeof fingerprints)[number]): Promise<Finding> {
    try {
      return await fingerprint.run(context);
    } catch (error) {
      log.warn({ err: error }, `fingerprint ${fingerprint.name} failed`);
      return findings.get(fingerprint.name) ?? {};
    }
  }

  async function follow(): Promise<void> {
    while (!stopped.signal.aborted) {
      await clock.sleep(PERIOD_MS, stopped.signal);
      if (stopped.signal.aborted) return;
      await renew(true);
    }
  }

  async function renew(periodicOnly: boolean): Promise<void> {
    const before = essence(node);
    await take(periodicOnly);
    if (essence(node) !== before) onChange();
  }

  return {
    async start() {
      await take(false);
      running ??= follow();
    },
    node() {
      if (node === undefined) throw new Error('the node is not known before start()');
      return node;
    },
    reload(config) {
      context = { ...context, config };
      return renew(false);
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

// A driver's time of looking is no change of the node.
function essence(node: Node | undefined): string {
  return JSON.stringify(node, (key, value: unknown) => (key === 'UpdateTime' ? undefined : value));
}
