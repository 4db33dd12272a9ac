import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execute, type Hosts } from './hosts.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export type Impairment = { readonly delayMs: number; readonly lossPercent: number; readonly seed: number };

/**
 * Gives a host a bad line: each packet, in both directions, is late, and lost with that chance. Answers with what ends it. Not by `tc netem`, which
 * not every kernel has.
 */
export async function impair(hosts: Hosts, name: string, how: Impairment): Promise<() => Promise<void>> {
  const { network } = hosts;
  const { port } = network.host(name);
  const [inner, outer] = [`${port}i`, `${port}o`];
  const onSwitch = (...argv: string[]) => execute(network.switch.command(argv));
  // Packets between the kernel's devices are not complete before they leave the machine.
  for (const host of network.names) execute(network.command(host, ['python3', script('whole-packets.py'), 'eth0']));
  onSwitch('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner);
  onSwitch('python3', script('whole-packets.py'), outer);
  for (const device of [inner, outer]) onSwitch('ip', 'link', 'set', device, 'up', 'promisc', 'on');
  execute(network.cutting(name));
  onSwitch('ip', 'link', 'set', port, 'promisc', 'on');
  onSwitch('ip', 'link', 'set', outer, 'master', network.switch.bridge);
  const values = [how.delayMs, how.lossPercent, how.seed].map(String);
  const [program = '', ...args] = network.switch.command([
    'python3',
    script('impaired-link.py'),
    port,
    inner,
    ...values,
  ]);
  const relay = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(relay.stdout, 'data');
  return async () => {
    const ended = once(relay, 'exit');
    relay.kill();
    await ended;
    onSwitch('ip', 'link', 'del', outer);
    onSwitch('ip', 'link', 'set', port, 'promisc', 'off');
    execute(network.joining(name));
  };
}
