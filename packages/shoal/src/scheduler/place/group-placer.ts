import type { AllocMetric, Job, NodeScoreMeta } from '@shoal/api';
import type { AllocEntry, GroupEntry, JobEntry } from '../cluster/entries.ts';
import type { Nodes } from '../cluster/nodes.ts';
import { type Distinct, distinctRules } from './distinct.ts';
import { countsOf, metricOf } from './metrics.ts';
import type { Properties } from './properties.ts';
import type { Ranking } from './ranking.ts';
import { type Credit, creditOf } from './room.ts';
import { Spreading, spreadsOf } from './spread.ts';
import { FITS } from './verdicts.ts';

/** What one placement wants beyond what its group asks. */
export type Wish = {
  /** Nodes on which it failed before. */
  readonly penalties: ReadonlySet<number>;
  /** What it replaces: its place is free for its successor. */
  readonly replaces: AllocEntry | undefined;
  /** The node that has its data. */
  readonly preferred: number | undefined;
};

/** `slot` -1: there is none, and the metric says why. */
export type Choice = { readonly slot: number; readonly metric: AllocMetric };

type Deps = {
  readonly ranking: Ranking;
  readonly nodes: Nodes;
  readonly properties: Properties;
  readonly elapsed: () => number;
};

/** After so many placements of a group, metrics list the score of the chosen node only. */
const TOLD_IN_FULL = 5;
const NODES_TOLD = 5;
const NO_WISH: Wish = { penalties: new Set(), replaces: undefined, preferred: undefined };

/** Placements of one group, one after another: where, and why. */
export class GroupPlacer {
  readonly #deps: Deps;
  readonly #ranking: Ranking;
  readonly #group: string;
  readonly #count: number;
  readonly #spreading: Spreading | undefined;
  readonly #distinct: readonly Distinct[];
  /** Allocations of the group, by node. */
  readonly #mine = new Map<number, number>();
  /** Nodes that the ranking shows as this job sees them. */
  readonly #revised = new Set<number>();
  #told = 0;
  // What `#assess` found: the sum of the scorers, and their number.
  #sum = 0;
  #scorers = 1;

  constructor(job: Job, { group }: GroupEntry, entry: JobEntry | undefined, deps: Deps) {
    const { ranking, properties } = deps;
    const spreads = spreadsOf(job, group);
    this.#deps = deps;
    this.#ranking = ranking;
    this.#group = group.Name;
    this.#count = Math.max(1, group.Count);
    this.#distinct = distinctRules(job, group, properties);
    ranking.refresh();
    if (spreads.length > 0)
      this.#spreading = new Spreading(spreads, group.Count, ranking.buckets.properties, ranking.spreadValues());
    for (const alloc of entry?.allocs ?? []) if (isLive(alloc)) this.#tally(alloc.slot, alloc.group, 1);
    if (this.#distinct.some((rule) => rule.reachesOthers)) this.#reviseAll();
    else for (const slot of [...this.#revised]) this.#revise(slot, NO_WISH);
  }

  /** A choice is followed by `placed` once its use is counted. */
  choose(wish: Wish): Choice {
    const started = this.#deps.elapsed();
    const { replaces } = wish;
    const leaves = replaces !== undefined && isLive(replaces);
    if (leaves && this.#tally(replaces.slot, replaces.group, -1)) this.#reviseAll();
    const special = specialNodes(wish);
    for (const slot of special) this.#revise(slot, wish);
    const slot = this.#pick(wish);
    const metric = this.#metric(slot, wish, started);
    const stays = leaves && slot < 0;
    if (stays && this.#tally(replaces.slot, replaces.group, 1)) this.#reviseAll();
    for (const each of special) if (each !== slot) this.#revise(each, NO_WISH);
    return { slot, metric };
  }

  /** The allocation is on its node, and what it replaces is set to stop. */
  placed(slot: number): void {
    if (this.#tally(slot, this.#group, 1)) this.#reviseAll();
    else this.#revise(slot, NO_WISH);
  }

  /** Gives the ranking back as it is for any job. */
  end(): void {
    for (const slot of this.#revised) this.#ranking.restore(slot);
  }

  #pick({ preferred }: Wish): number {
    if (preferred !== undefined && this.#ranking.code(preferred) === FITS) return preferred;
    return this.#ranking.best(this.#spreading);
  }

  /** Whether other nodes than this one have to be looked at again. */
  #tally(slot: number, group: string, by: 1 | -1): boolean {
    let others = false;
    for (const rule of this.#distinct) others = rule.count(slot, group, by) || others;
    this.#revised.add(slot);
    if (group !== this.#group) return others;
    this.#mine.set(slot, (this.#mine.get(slot) ?? 0) + by);
    this.#spreading?.count(slot, by);
    return others;
  }

  #reviseAll(): void {
    for (let slot = 0; slot < this.#deps.nodes.size; slot++) this.#revise(slot, NO_WISH);
  }

  #revise(slot: number, wish: Wish): void {
    this.#revised.add(slot);
    const code = this.#jobCode(slot, this.#ranking.assess(slot, creditOn(slot, wish)));
    this.#score(slot, wish);
    this.#ranking.revise(slot, code, this.#sum, this.#scorers);
  }

  #score(slot: number, { penalties }: Wish): void {
    this.#sum = this.#ranking.fit[slot]!;
    this.#scorers = 1;
    this.#add(this.#ranking.candidates.affinity[slot]!);
    this.#add(this.#antiAffinity(slot));
    if (penalties.has(slot)) this.#add(-1);
  }

  /** A scorer that says 0 has no opinion, and does not count. */
  #add(score: number): void {
    if (score === 0) return;
    this.#sum += score;
    this.#scorers += 1;
  }

  /** Rules between the job's allocations come after what the node itself is, and before how much room it has. */
  #jobCode(slot: number, code: number): number {
    if (this.#distinct.length === 0 || this.#ranking.verdicts.isFiltered(code)) return code;
    for (const rule of this.#distinct) {
      const reason = rule.refusal(slot);
      if (reason !== '') return this.#ranking.verdicts.code('filtered', reason);
    }
    return code;
  }

  /** The more of the group a node has, the less it gets another (scheduling, "job anti-affinity"). */
  #antiAffinity(slot: number): number {
    const mine = this.#mine.get(slot) ?? 0;
    return mine > 0 ? -(mine + 1) / this.#count : 0;
  }

  #metric(slot: number, wish: Wish, started: number): AllocMetric {
    return metricOf(countsOf(this.#ranking), this.#scores(slot, wish), this.#deps.elapsed() - started);
  }

  #scores(slot: number, wish: Wish): NodeScoreMeta[] | null {
    if (slot < 0) return null;
    this.#told += 1;
    if (this.#told > TOLD_IN_FULL) return [this.#scoreOf(slot, wish)];
    const slots = this.#ranking.top(NODES_TOLD, this.#spreading);
    const told = slots.includes(slot) ? slots : [slot, ...slots.slice(0, NODES_TOLD - 1)];
    return told.map((each) => this.#scoreOf(each, wish));
  }

  #scoreOf(slot: number, wish: Wish): NodeScoreMeta {
    const { fit, candidates, buckets } = this.#ranking;
    this.#score(slot, wish);
    const boost = this.#spreading ? this.#spreading.boost(buckets.values[buckets.of(slot)]!) : 0;
    const scores: Record<string, number> = {
      binpack: fit[slot]!,
      'job-anti-affinity': this.#antiAffinity(slot),
      'node-reschedule-penalty': wish.penalties.has(slot) ? -1 : 0,
      'node-affinity': candidates.affinity[slot]!,
    };
    if (boost !== 0) scores['allocation-spread'] = boost;
    this.#add(boost);
    return { NodeID: this.#deps.nodes.id(slot), Scores: scores, NormScore: this.#sum / this.#scorers };
  }
}

/** Nodes that this one placement sees in its own way. */
function specialNodes({ penalties, replaces }: Wish): ReadonlySet<number> {
  return replaces ? new Set(penalties).add(replaces.slot) : penalties;
}

function creditOn(slot: number, { replaces }: Wish): Credit | undefined {
  return replaces?.slot === slot ? creditOf(replaces) : undefined;
}

function isLive(alloc: AllocEntry): boolean {
  return alloc.desired === 'run' && alloc.client !== 'complete' && alloc.client !== 'failed' && alloc.client !== 'lost';
}
