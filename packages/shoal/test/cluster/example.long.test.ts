import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PROGRAM } from '../support/agent.ts';
import { until } from '../support/until.ts';

const RUN = fileURLToPath(new URL('../../../../examples/two-hosts/run', import.meta.url));

test('examples/two-hosts starts with one command, serves the page on both hosts, and leaves nothing behind', {
  timeout: 120_000,
}, async () => {
  const example = spawn(RUN, [], {
    env: { ...process.env, SHOAL_PROGRAM: PROGRAM },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [example.stdout, example.stderr]) stream.on('data', (data) => (printed += String(data)));
  const ended = once(example, 'exit');
  try {
    await until('it says where everything is', () => printed.includes('Ctrl-C stops all of it'), 90_000);
    const pages = [...printed.matchAll(/http:\/\/[\d.]+:8080/g)].map(([url]) => url);
    expect(new Set(pages).size).toBe(2);
    for (const page of new Set(pages)) {
      const { front, back } = (await (await fetch(page, { headers: { accept: 'application/json' } })).json()) as Record<
        'front' | 'back',
        { node: string }
      >;
      expect(['east', 'west']).toContain(front.node);
      expect(['east', 'west']).toContain(back.node);
    }
  } finally {
    example.kill('SIGINT');
  }
  const [code] = (await ended) as [number];
  expect([code, printed]).toEqual([0, expect.not.stringContaining('"level":"error"')]);
  const [, network] = /(shoal\d+)-switch/.exec(printed) ?? [];
  expect(network).toBeDefined();
  expect(left(`${network}`)).toEqual([]);
});

/** Devices and namespaces of the network. */
function left(network: string): string[] {
  const list = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' }).split('\n');
  const names = [...list('-br', 'link'), ...list('netns', 'list')].map((line) => line.split(/[@ ]/)[0] ?? '');
  return names.filter((name) => new RegExp(`^${network}(?!\\d)`).test(name));
}
