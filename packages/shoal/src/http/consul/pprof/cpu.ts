import { type Profiler, Session } from 'node:inspector/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame, Profile, Sample } from './encode.ts';

/** As often as Go's profiler looks. */
const INTERVAL_US = 10_000;
const NANOSECONDS_PER_US = 1_000;

/** Where the main thread spends its time, for so long; the signal ends it earlier. */
export async function cpuProfile(milliseconds: number, signal: AbortSignal, now: () => number): Promise<Profile> {
  const session = new Session();
  session.connect();
  try {
    const time = now() * 1e6;
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
    await session.post('Profiler.start');
    await delay(milliseconds, undefined, { signal }).catch(() => undefined);
    const { profile } = await session.post('Profiler.stop');
    return { ...converted(profile), time };
  } finally {
    session.disconnect();
  }
}

function converted({ nodes, samples = [], startTime, endTime }: Profiler.Profile): Omit<Profile, 'time'> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, frameOf(callFrame)] as const));
  const counts = new Map<number, number>();
  for (const id of samples) counts.set(id, (counts.get(id) ?? 0) + 1);
  const taken = [...counts].flatMap(([id, count]): Sample[] => {
    const stack = stackOf(id, parents, frames);
    // Waiting is no use of a processor.
    if (stack[0]?.name === '(idle)') return [];
    return [{ stack, values: [count, count * INTERVAL_US * NANOSECONDS_PER_US] }];
  });
  return {
    types: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    samples: taken,
    period: { type: 'cpu', unit: 'nanoseconds', value: INTERVAL_US * NANOSECONDS_PER_US },
    duration: (endTime - startTime) * NANOSECONDS_PER_US,
  };
}

function stackOf(id: number, parents: ReadonlyMap<number, number>, frames: ReadonlyMap<number, Frame>): Frame[] {
  const stack: Frame[] = [];
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const frame = frames.get(at);
    if (frame && frame.name !== '(root)') stack.push(frame);
  }
  return stack;
}

export function frameOf({
  functionName,
  url,
  lineNumber,
}: {
  functionName: string;
  url: string;
  lineNumber: number;
}): Frame {
  return {
    name: functionName || '(anonymous)',
    file: url.replace(/^file:\/\//, ''),
    line: Math.max(0, lineNumber + 1),
  };
}
