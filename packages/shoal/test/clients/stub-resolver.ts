import { askDns } from '../support/dns-client.ts';
import { until } from '../support/until.ts';

/** Code and data of an answer, as a program sees it: like any stub resolver it asks again when nothing comes. */
export async function resolve(port: number, name: string, by: 'udp' | 'tcp' = 'udp'): Promise<string> {
  const { rcode, answer } = await until(`${name} is answered`, () => askDns(port, { name }, by), 30_000);
  return [rcode, ...answer.map(({ data }) => data)].join(' ');
}
