import { ADMIN_CHAIN } from './bridge-config.ts';
import { NetworkError } from './errors.ts';
import { runProgram } from './program.ts';
import type { NetworkSettings } from './settings.ts';

type Bridge = Pick<NetworkSettings, 'bridgeName' | 'bridgeSubnet' | 'bridgeSubnetIpv6'>;

/** "-w": others change the rules at the same time. */
const WAIT = '-w';

/**
 * Lets packets to the bridge's allocations through, also where others (Docker) have what is forwarded dropped: the `firewall` plugin only lets
 * answers in. The chain is the plugin's, and is asked before its own rules.
 */
export async function allowForwarding(bridge: Bridge): Promise<void> {
  for (const { program, rule } of rulesFor(bridge)) {
    // It fails when the chain is there.
    await run(program, ['-N', ADMIN_CHAIN]);
    if ((await run(program, ['-C', ADMIN_CHAIN, ...rule])).code === 0) continue;
    const { code, stderr } = await run(program, ['-A', ADMIN_CHAIN, ...rule]);
    if (code !== 0)
      throw new NetworkError(`${program} refused the bridge's rule: ${stderr.trim()}`, { recoverable: true });
  }
}

/** Takes the rule back. The chain stays: it is the operator's as well. */
export async function forbidForwarding(bridge: Bridge): Promise<void> {
  for (const { program, rule } of rulesFor(bridge)) await run(program, ['-D', ADMIN_CHAIN, ...rule]);
}

function rulesFor({ bridgeName, bridgeSubnet, bridgeSubnetIpv6 }: Bridge): { program: string; rule: string[] }[] {
  const rule = (subnet: string) => ['-o', bridgeName, '-d', subnet, '-j', 'ACCEPT'];
  return [
    { program: 'iptables', rule: rule(bridgeSubnet) },
    ...(bridgeSubnetIpv6 === undefined ? [] : [{ program: 'ip6tables', rule: rule(bridgeSubnetIpv6) }]),
  ];
}

async function run(program: string, args: readonly string[]): ReturnType<typeof runProgram> {
  try {
    return await runProgram(program, [WAIT, ...args]);
  } catch (error) {
    const message = `the program "${program}", by which ports are mapped, cannot be run: install the package iptables`;
    throw new NetworkError(message, { recoverable: false, cause: error });
  }
}
