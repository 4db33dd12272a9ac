import { type HeapProfiler, Session } from 'node:inspector/promises';
import { frameOf } from './cpu.ts';
import type { Frame, Profile, Sample } from './encode.ts';

/** Bytes between two samples, as V8 has it unless told otherwise. */
const INTERVAL = 32 * 1024;

/** Looks at what is allocated from now on, and where. It costs little, so that it may run all the time. */
export type HeapSampling = { profile(): Promise<Profile>; stop(): void };

export async function sampleHeap(now: () => number): Promise<HeapSampling> {
  const session = new Session();
  session.connect();
  const startedAt = now();
  await session.post('HeapProfiler.enable');
  await session.post('HeapProfiler.startSampling', { samplingInterval: INTERVAL });
  return {
    async profile() {
      const { profile } = await session.post('HeapProfiler.getSamplingProfile');
      return {
        types: [{ type: 'inuse_space', unit: 'bytes' }],
        samples: samplesOf(profile.head, []),
        period: { type: 'space', unit: 'bytes', value: INTERVAL },
        time: now() * 1e6,
        duration: (now() - startedAt) * 1e6,
      };
    },
    stop: () => session.disconnect(),
  };
}

function samplesOf(node: HeapProfiler.SamplingHeapProfileNode, above: readonly Frame[]): Sample[] {
  const frame = frameOf(node.callFrame);
  const stack = frame.name === '(root)' ? above : [frame, ...above];
  const own = node.selfSize > 0 && stack.length > 0 ? [{ stack, values: [node.selfSize] }] : [];
  return [...own, ...node.children.flatMap((child) => samplesOf(child, stack))];
}
