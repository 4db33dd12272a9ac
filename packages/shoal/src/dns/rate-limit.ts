import { isIPv4 } from 'node:net';

/** Says of each answer over UDP whether it may be whole. Whoever forges an address must not be able to send it much (RFC 5358 names the attack). */
export type RateLimit = (address: string) => boolean;

const SECOND_MS = 1000;
/** Networks that are counted at once; who is not counted any more is let through. */
const MOST_NETWORKS = 10_000;

/** `perSecond` 0 lets everything through. This machine is never limited: nobody can be flooded with its address from outside. */
export function createRateLimit(perSecond: number, now: () => number): RateLimit {
  const counts = new Map<string, number>();
  let start = now();
  return (address) => {
    if (perSecond === 0 || address.startsWith('127.') || address === '::1') return true;
    if (now() - start >= SECOND_MS) {
      counts.clear();
      start = now();
    }
    const network = networkOf(address);
    const count = (counts.get(network) ?? 0) + 1;
    if (counts.size < MOST_NETWORKS || count > 1) counts.set(network, count);
    return count <= perSecond;
  };
}

/** IPv4 /24, IPv6 /56: what one site has. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (isIPv4(plain)) return plain.slice(0, plain.lastIndexOf('.'));
  const [head = ''] = plain.split('%');
  const [left = '', right] = head.split('::');
  const groups = left === '' ? [] : left.split(':');
  const missing = right === undefined ? 0 : 8 - groups.length - (right === '' ? 0 : right.split(':').length);
  const whole = [...groups, ...new Array<string>(Math.max(0, missing)).fill('0'), ...(right ? right.split(':') : [])];
  const fourth = Number.parseInt(whole[3] ?? '0', 16) >> 8;
  return [...whole.slice(0, 3), fourth.toString(16)].join(':');
}
