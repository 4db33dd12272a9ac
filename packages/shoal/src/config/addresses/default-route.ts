/** The interface of the IPv4 default route in the text of Linux' `/proc/net/route` with the lowest metric. */
export function defaultInterface(routes: string): string | undefined {
  const defaults = routes
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000');
  const byMetric = defaults.sort((a, b) => Number(a[6]) - Number(b[6]));
  return byMetric[0]?.[0];
}
