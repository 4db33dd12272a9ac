import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInside } from '../../artifacts/inside.ts';
import { readResolvConf, resolvConfText } from '../../network/resolv-conf.ts';
import type { TaskDns, TaskSpec } from '../driver.ts';
import type { ExecSettings } from './settings.ts';

const HOST_FILE = '/etc/resolv.conf';

/**
 * The file that is to be the task's /etc/resolv.conf: that of the allocation's network, one made of `network { dns {} }`, or the machine's own. Undefined where the task sees that
 * already, and so also sees it change.
 */
export function resolvConfFor(
  { network, dns }: Pick<TaskSpec, 'network' | 'dns'>,
  { chroot }: Pick<ExecSettings, 'chroot'>,
  bundle: string,
): string | undefined {
  if (network !== undefined) return network.resolvConf;
  const host = hostFile();
  if (dns !== null) {
    const file = join(bundle, 'resolv.conf');
    writeFileSync(file, groupResolvConf(dns, host === undefined ? '' : readFileSync(host, 'utf8')), { mode: 0o644 });
    return file;
  }
  if (host === undefined || [...chroot].some(([source, target]) => source === target && isInside(source, host))) {
    return undefined;
  }
  return host;
}

/** Without servers of its own it asks the machine's. */
export function groupResolvConf(dns: TaskDns, hostText: string): string {
  return resolvConfText({ ...dns, servers: dns.servers.length > 0 ? dns.servers : readResolvConf(hostText).servers });
}

/** Where the machine's really lies: often it is a link to /run, where a task sees nothing. */
function hostFile(): string | undefined {
  try {
    return realpathSync(HOST_FILE);
  } catch {
    return undefined;
  }
}
