/** /etc/hosts of an allocation: itself, by the name that its group gives it. */
export function hostsText({ hostname, address }: { hostname: string; address: string }): string {
  const own = hostname === '' || address === '' ? [] : [`${address} ${hostname}`];
  return ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback', ...own, ''].join('\n');
}
