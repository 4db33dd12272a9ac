import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A TCP socket that takes connections on this machine. */
export type Listener = { readonly address: string; readonly port: number; readonly inode: number };

/** The host's listening TCP sockets, from /proc/net (proc(5)). Addresses are written as usual; `*` is any. */
export function tcpListeners(): Listener[] {
  return ['tcp', 'tcp6'].flatMap((family) => parseListeners(read(`/proc/net/${family}`)));
}

const LISTEN = '0A';

/** Lines after the heading: number, local address, remote address, state, …; the inode is the tenth. */
export function parseListeners(table: string): Listener[] {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return rows.filter(([, , , state]) => state === LISTEN).map(toListener);
}

function toListener(fields: readonly string[]): Listener {
  const [address = '', port = ''] = (fields[1] ?? '').split(':');
  return { address: addressOf(address), port: Number.parseInt(port, 16), inode: Number(fields[9]) };
}

/** Words of four bytes, each in the machine's order: the bytes of 127.0.0.1 are written 0100007F. */
function addressOf(hex: string): string {
  if (/^0+$/.test(hex)) return '*';
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  return bytes
    .map((byte, index) => (index > 0 && index % 2 === 0 ? `:${byte}` : byte))
    .join('')
    .toLowerCase();
}

/** Whose socket it is; undefined when that may not be seen, or nobody has it any more. */
export function processOfSocket(inode: number): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).find((pid) => holds(pid, `socket:[${inode}]`));
}

function holds(pid: number, target: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === target);
  } catch {
    // It is somebody else's, or it, or the descriptor, is gone.
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Without IPv6 there is no table for it.
    return '';
  }
}
