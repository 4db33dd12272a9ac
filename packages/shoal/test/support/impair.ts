import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Hosts } from './hosts.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export type Impairment = { readonly delayMs: number; readonly lossPercent: number; readonly seed: number };

/**
 * Gives a host a bad line: each packet, in both directions, is late, and lost with that chance. Answers with what ends it. Not by `tc netem`, which
 * not every kernel has.
 */
export async function impair(hosts: Hosts, name: string, how: Impairment): Promise<() => Promise<void>> {
  const { network } = hosts;
  const { bridge, port } = network.host(name);
  const [inner, outer] = [`${port}i`, `${port}o`];
  // Packets between the kernel's devices are not complete before they leave the machine.
  for (const host of network.names) run(...network.command(host, ['python3', script('whole-packets.py'), 'eth0']));
  run('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner);
  run('python3', script('whole-packets.py'), outer);
  for (const device of [inner, outer]) run('ip', 'link', 'set', device, 'up', 'promisc', 'on');
  run('ip', 'link', 'set', port, 'nomaster');
  run('ip', 'link', 'set', port, 'promisc', 'on');
  run('ip', 'link', 'set', outer, 'master', bridge);
  const values = [how.delayMs, how.lossPercent, how.seed].map(String);
  const relay = spawn('python3', [script('impaired-link.py'), port, inner, ...values], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(relay.stdout, 'data');
  return () => repair(relay, { port, outer, bridge });
}

async function repair(
  relay: ChildProcess,
  { port, outer, bridge }: Record<'port' | 'outer' | 'bridge', string>,
): Promise<void> {
  const ended = once(relay, 'exit');
  relay.kill();
  await ended;
  run('ip', 'link', 'del', outer);
  run('ip', 'link', 'set', port, 'promisc', 'off', 'master', bridge);
}

function run(...[program = '', ...args]: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}
