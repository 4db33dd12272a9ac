import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { anAllocation, aTask, jobOf } from './support/builders.ts';
import { aRealNode } from './support/real-node.ts';

const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);

/** mulberry32: small, and the same everywhere. */
function random(state: { value: number }): number {
  state.value = (state.value + 0x6d2b79f5) | 0;
  let t = Math.imul(state.value ^ (state.value >>> 15), 1 | state.value);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

test(`an agent that is killed again and again starts each task once and loses no end (SHOAL_SEED=${seed})`, async () => {
  console.log(`SHOAL_SEED=${seed}`);
  const state = { value: seed };
  const node = await aRealNode();
  await node.boot();
  const ended: { id: string; code: number }[] = [];
  const lasting: string[] = [];
  for (let round = 0; round < 15; round += 1) {
    for (let n = 0; n < 6; n += 1) {
      const code = Math.floor(random(state) * 3);
      const script = `echo pid $$; sleep ${(random(state) * 0.6).toFixed(2)}; exit ${code}`;
      const restart = { Attempts: 0, Interval: 1e9, Delay: 0, Mode: 'fail' } as const;
      const task = (text: string) =>
        aTask({ Driver: 'raw_exec', Config: { command: '/bin/sh', args: ['-c', text] }, RestartPolicy: restart });
      const short = anAllocation(jobOf([task(script)], { Type: 'batch' }));
      ended.push({ id: short.ID, code });
      node.server.put(short);
    }
    const long = anAllocation(
      jobOf([
        aTask({ Driver: 'raw_exec', Config: { command: '/bin/sh', args: ['-c', 'echo pid $$; exec sleep 600'] } }),
      ]),
    );
    lasting.push(long.ID);
    node.server.put(long);
    await new Promise((resolve) => setTimeout(resolve, random(state) * 400));
    await node.kill();
    await node.boot();
  }
  for (const { id, code } of ended) {
    const want = code === 0 ? 'complete' : 'failed';
    const end = await node.reported(id, want, ({ clientStatus }) => clientStatus === want);
    const exits = (end.taskStates['t']?.Events ?? []).filter(({ Type }) => Type === 'Terminated');
    expect(exits.map(({ ExitCode }) => ExitCode)).toEqual([code]);
    expect((await node.log(id)).match(/pid/g)).toHaveLength(1);
  }
  for (const id of lasting) {
    await node.reported(id, 'runs', ({ clientStatus }) => clientStatus === 'running');
    await until('its process is known', async () => (await node.log(id)).includes('pid'));
    expect((await node.log(id)).match(/pid/g)).toHaveLength(1);
  }
}, 180_000);
