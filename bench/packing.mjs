// Packing quality: the fewest nodes that a mixed workload needs, beside other ways of choosing nodes.
import { importBundled } from './support/bundle.mjs';

export async function bench() {
  const { measure } = await importBundled('packing.ts');
  const [bound, ours, ...others] = measure();
  const compare = (what, field, { name, ...theirs }) => ({
    what,
    ours: `${ours[field]} (${percentAbove(ours[field], bound[field])} above the lower bound of ${bound[field]})`,
    peer: `${name} ${theirs[field]} (${percentAbove(theirs[field], bound[field])})`,
    ratio: `${(ours[field] / theirs[field]).toFixed(3)} ×`,
    target: '1 ×',
    met: ours[field] <= theirs[field],
    reason: 'the fullest node first leaves nodes that lack one resource and have much of the other',
    figures: { ours: ours[field], peer: theirs[field], bound: bound[field] },
  });
  return [
    ...others.map((other) => compare('fewest nodes that hold a mixed workload', 'fewest', other)),
    ...others.map((other) => compare('nodes in use when there are twice as many as it needs', 'used', other)),
  ];
}

const percentAbove = (nodes, bound) => `${((nodes / bound - 1) * 100).toFixed(1)} %`;
