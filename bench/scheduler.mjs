// The scheduler alone: placements per second for clusters and jobs of all kinds, and how the cost grows.
import { importBundled } from './support/bundle.mjs';
import { count, perSecond } from './support/table.mjs';

const NODES = 5_000;
const ALL_NODES = [100, 1_000, 5_000, 10_000];
/** For each figure. */
const MILLISECONDS = 1_500;

/** Placements per second at 5,000 nodes. Nomad's were recorded on the same kind of machine, with servers and all. */
const TARGETS = {
  'service jobs of 1,000': { least: 100_000, nomad: 4_700 },
  'batch jobs of 1,000': { least: 100_000, nomad: 14_900 },
  'jobs of 1,000 with spread': { least: 50_000, nomad: 52 },
  'jobs of 1': { least: 20_000 },
  'jobs of 1 with spread': { least: 10_000 },
};

export async function* bench() {
  const { KINDS, measure } = await importBundled('scheduler.ts');
  for (const kind of KINDS) yield* rowsOf(kind, measure);
  yield* growth(KINDS, measure);
}

function* rowsOf(kind, measure) {
  const at = (nodes, full) => measure(kind, { nodes, full, milliseconds: MILLISECONDS });
  const empty = at(NODES, false);
  yield { ...judged(kind.name, empty), what: `${kind.name}, ${count(NODES)} nodes`, figures: empty };
  for (const full of [false, true]) {
    const others = ALL_NODES.filter((nodes) => full || nodes !== NODES);
    const measured = others.map((nodes) => at(nodes, full));
    yield {
      what: `… on ${others.map(count).join(', ')} nodes${full ? ', 80 % full' : ''}`,
      ours: measured.map((each) => perSecond(each.perSecond)).join('; '),
      figures: measured,
    };
  }
}

function judged(name, { perSecond: rate, perCpuSecond, slowestPlanMs }) {
  const { least, nomad } = TARGETS[name] ?? {};
  return {
    ours: `${perSecond(rate)} (${count(perCpuSecond)} per second of CPU; slowest plan ${slowestPlanMs.toFixed(0)} ms)`,
    ...(nomad && { peer: `Nomad ${perSecond(nomad)} (recorded)`, ratio: `${(rate / nomad).toFixed(0)} ×` }),
    ...(least && { target: perSecond(least), met: rate >= least, reason: shortness(rate, perCpuSecond) }),
  };
}

/** A scheduler that gets less than a processor says nothing of itself. */
function shortness(rate, perCpuSecond) {
  return perCpuSecond > 1.2 * rate ? 'other programs took part of the processor' : undefined;
}

/** One, ten and a hundred times the work, and the nodes. */
function* growth(kinds, measure) {
  const kind = (name) => kinds.find((each) => each.name === name);
  const cost = (name, nodes, most) =>
    measure(kind(name), { nodes, full: false, milliseconds: 60_000, most }).cpuMilliseconds;
  const grown = (works, measured) => works.map((work) => [work, measured(work)]);
  yield {
    what: 'placing jobs of 1,000',
    of: 'allocations',
    unit: 'ms of CPU',
    points: grown([10_000, 100_000, 1_000_000], (most) => cost('service jobs of 1,000', NODES, most)),
  };
  yield {
    what: 'placing jobs of 1',
    of: 'allocations',
    unit: 'ms of CPU',
    points: grown([500, 5_000, 50_000], (most) => cost('jobs of 1', NODES, most)),
  };
  yield {
    what: '30,000 placements in jobs of 1,000',
    of: 'nodes',
    unit: 'ms of CPU',
    points: grown([100, 1_000, 10_000], (nodes) => cost('service jobs of 1,000', nodes, 30_000)),
  };
}
