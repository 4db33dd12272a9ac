import type { Allocation, Node, NomadClient } from '@shoal/api';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { span, timeOf } from '../output/ago.ts';
import { createLive } from '../output/live.ts';
import { drainChanges, hasEnded, isLeaving } from './drain-changes.ts';
import { follow, watch } from './watch.ts';

type Draining = { readonly nomad: NomadClient; readonly io: Io };

const TICK_MS = 1_000;

/**
 * Tells how a node is emptied until all that had to leave has stopped; on a terminal with a line of how far it is. `before`: its allocations before the drain
 * began, if somebody looked.
 */
export async function monitorDrain(id: string, { nomad, io }: Draining, before: readonly Allocation[] = []) {
  const live = createLive(io);
  const stop = new AbortController();
  const changes = drainChanges();
  changes(before);
  let node: Node | undefined;
  let allocs = before;
  const say = (text: string) => live.line(`${timeOf(io.now() * 1e6)}: ${text}`);
  const draw = () => live.foot(node ? [footOf(node, allocs, io)] : []);
  const tell = (now: readonly Allocation[]) => {
    allocs = now;
    for (const line of changes(now)) say(line);
    draw();
  };
  const looks = () => watch((blocking) => nomad.nodes.allocations(id, blocking), stop.signal);
  const ticks = setInterval(draw, TICK_MS);
  const following = follow(looks(), tell);
  try {
    for await (const now of watch((blocking) => nomad.nodes.read(id, blocking), stop.signal)) {
      if (!now) throw new CommandError(`the node "${id}" is not known anymore`);
      node = now;
      draw();
      if (!now.DrainStrategy) break;
    }
    if (node) say(endOf(node));
    for await (const now of looks()) {
      tell(now);
      if (!now.some(isLeaving)) break;
    }
    live.foot([]);
    say(allocs.every(hasEnded) ? `All allocations on node "${id}" have stopped` : `Node "${id}" goes on with the rest`);
  } finally {
    clearInterval(ticks);
    stop.abort();
    await following;
    live.close();
  }
}

function endOf({ ID, Events }: Node): string {
  const last = Events.findLast(({ Subsystem }) => Subsystem === 'Drain');
  if (!last) return `Node ${ID} is not being drained`;
  return /cancel/.test(last.Message) ? `Drain of node ${ID} was given up` : `Drain complete for node ${ID}`;
}

function footOf({ DrainStrategy }: Node, allocs: readonly Allocation[], io: Io): string {
  const left = allocs.filter((alloc) => !hasEnded(alloc)).length;
  const until = Date.parse(DrainStrategy?.ForceDeadline ?? '');
  const deadline = until > io.now() ? `, by force in ${span(until - io.now())}` : '';
  return `    ${left} allocation(s) still there${deadline}`;
}
