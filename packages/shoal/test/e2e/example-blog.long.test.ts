import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { PROGRAM } from '../support/agent.ts';
import { takePortBlock } from '../support/port-block.ts';
import { processesWith } from '../support/processes.ts';
import { until } from '../support/until.ts';

const RUN = fileURLToPath(new URL('../../../../examples/blog/run', import.meta.url));
const PORTS = ['HTTP', 'CONSUL_HTTP', 'DNS', 'RPC', 'EDGE_HTTP'] as const;

test('examples/blog starts with one command, both allocations answer with their ids, and nothing is left behind', {
  timeout: 180_000,
}, async () => {
  const block = await takePortBlock();
  onTestFinished(() => block.release());
  const ports = Object.fromEntries(PORTS.map((name, at) => [`SHOAL_${name}_PORT`, String(block.own[at])]));
  const example = spawn(RUN, [], {
    env: { ...process.env, ...ports, SHOAL_PROGRAM: PROGRAM },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [example.stdout, example.stderr]) stream.on('data', (data) => (printed += String(data)));
  const ended = once(example, 'exit');
  const ids = new Set<string>();
  const edge = Number(ports['SHOAL_EDGE_HTTP_PORT']);
  try {
    // Hugo may have to be installed first.
    await until('it says where everything is', () => printed.includes('Ctrl-C stops all of it'), 120_000);
    await until('both have answered', async () => {
      for (const [id] of (await pageAt(edge)).matchAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g)) ids.add(id);
      return ids.size === 2;
    });
  } finally {
    example.kill('SIGINT');
  }
  const [code] = (await ended) as [number];
  expect([code, printed]).toEqual([0, expect.not.stringContaining('"level":"error"')]);
  for (const id of ids) expect(processesWith('NOMAD_ALLOC_ID', id)).toEqual([]);
});

function pageAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, headers: { host: 'blog.localhost' }, agent: false };
    get(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
