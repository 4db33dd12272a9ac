// How measurements are printed.

export const HEAD = '| what | Shoal | peer | ratio | target | |\n| --- | --- | --- | --- | --- | --- |';

/** A row: what was measured, beside whom, and what was wanted. All but `what` and `ours` may be absent. */
export function line({ what, ours, peer = '', ratio = '', target = '', met, reason }) {
  const judged = met === undefined ? '' : met ? 'met' : `short${reason ? `: ${reason}` : ''}`;
  return `| ${what} | ${ours} | ${peer} | ${ratio} | ${target} | ${judged} |`;
}

export function growthHead() {
  return '| cost | of | 1 × | 10 × | 100 × | exponent |\n| --- | --- | --- | --- | --- | --- |';
}

/** `points` are pairs of work and cost, the work growing tenfold; `unit` is the cost's, `of` what the work is counted in. */
export function growthLine({ what, of, unit, points, exponent: power }) {
  const cells = [0, 1, 2].map((at) => (points[at] ? `${count(points[at][0])}: ${short(points[at][1])} ${unit}` : ''));
  return `| ${what} | ${of} | ${cells.join(' | ')} | ${power.toFixed(2)} |`;
}

/** The slope of the costs over the work, both by their logarithms (least squares): cost ~ work^exponent. */
export function exponent(points) {
  const logs = points.map(([work, cost]) => [Math.log(work), Math.log(cost)]);
  const mean = (at) => logs.reduce((sum, one) => sum + one[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [one, other]) => sum + (one - x) * (other - y), 0);
  return over / logs.reduce((sum, [one]) => sum + (one - x) ** 2, 0);
}

export function median(numbers) {
  return quantile(numbers, 0.5);
}

/** The smallest of the numbers that so much of them is not above. */
export function quantile(numbers, part) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
}

export function count(number) {
  return Math.round(number).toLocaleString('en');
}

export function perSecond(rate) {
  return `${count(rate)}/s`;
}

/** With as many digits as say something. */
export function short(number) {
  return number >= 100 ? count(number) : Number(number.toPrecision(2)).toString();
}

/** A row beside a peer of the same run, or beside what was recorded of it, where more is better. */
export function besides({ what, ours, peer, name, recorded, target, reason, show = perSecond, isLess = false }) {
  const beside = peer ?? recorded;
  const ratio = beside === undefined ? undefined : isLess ? beside / ours : ours / beside;
  const judged = target !== undefined && ratio !== undefined;
  return {
    what,
    ours: show(ours),
    ...(beside !== undefined && { peer: `${name} ${show(beside)}${peer === undefined ? ' (recorded)' : ''}` }),
    ...(ratio !== undefined && { ratio: `${ratio.toFixed(2)} ×` }),
    ...(target !== undefined && { target: `${target} ×` }),
    ...(judged && { met: ratio >= target }),
    ...(judged && ratio < target && reason && { reason }),
    figures: { ours, peer: beside, ratio },
  };
}
