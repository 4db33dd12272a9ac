import type { AllocMetric, Job, NodeScoreMeta } from '@shoal/api';
import type { AllocEntry, GroupEntry, JobEntry } from '../cluster/entries.ts';
import type { Nodes } from '../cluster/nodes.ts';
import { type Assessment, type Chooser, rankedChooser, spreadChooser } from './chooser.ts';
import { type Distinct, distinctRules } from './distinct.ts';
import { type Counts, countsOf, metricOf } from './metrics.ts';
import type { Properties } from './properties.ts';
import { type Credit, creditOf, type Ranking } from './ranking.ts';
import { Spreads } from './spread.ts';
import { FITS } from './verdicts.ts';

/** Placements of one group, one after another: where, and why. */
export type Wish = {
  /** Nodes on which it failed before. */
  readonly penalties: ReadonlySet<number>;
  /** What it replaces: its place is free for its successor. */
  readonly replaces: AllocEntry | undefined;
  /** The node that has its data. */
  readonly preferred: number | undefined;
};

export type Choice = { readonly slot: number; readonly credited: boolean; readonly metric: AllocMetric };

type Deps = {
  readonly ranking: Ranking;
  readonly nodes: Nodes;
  readonly properties: Properties;
  readonly elapsed: () => number;
};

/** After this many placements of a group, metrics list the score of the chosen node only. */
const TOLD_IN_FULL = 5;
const NODES_TOLD = 5;
const NO_SLOTS: ReadonlySet<number> = new Set();

export class GroupPlacer {
  readonly #deps: Deps;
  readonly #ranking: Ranking;
  readonly #group: GroupEntry;
  readonly #chooser: Chooser;
  readonly #spreads: Spreads;
  readonly #distinct: readonly Distinct[];
  /** Allocations of the group, by node. */
  readonly #mine = new Map<number, number>();
  readonly #revised = new Set<number>();
  #told = 0;
  #counts: Counts | undefined;
  #edition = -1;

  constructor(job: Job, group: GroupEntry, entry: JobEntry | undefined, deps: Deps) {
    this.#deps = deps;
    this.#ranking = deps.ranking;
    this.#group = group;
    this.#spreads = new Spreads(job, group.group, deps.properties);
    this.#distinct = distinctRules(job, group.group, deps.properties);
    deps.ranking.refresh();
    this.#chooser = this.#spreads.any ? spreadChooser(deps.ranking, this.#spreads) : rankedChooser(deps.ranking);
    for (const alloc of entry?.allocs ?? []) if (isLive(alloc)) this.#count(alloc.slot, alloc.group, 1);
    this.#reviseAll(this.#distinct.some((rule) => rule.reachesOthers) ? allSlots(deps.nodes) : [...this.#revised]);
  }

  /** The best node for it, or why there is none. A choice must be told by `placed` (once its use is counted) or not be used. */
  choose(wish: Wish): Choice | { readonly slot: -1; readonly metric: AllocMetric } {
    const started = this.#deps.elapsed();
    const { replaces } = wish;
    if (replaces && isLive(replaces)) this.#leave(replaces);
    const credit = creditOf(replaces);
    const special = new Set(wish.penalties);
    if (replaces) special.add(replaces.slot);
    for (const slot of special) this.#revise(slot, wish, credit);
    const slot = this.#pick(wish);
    const metric = this.#metric(slot, wish, credit, started);
    for (const each of special) if (each !== slot) this.#revise(each, undefined, undefined);
    if (slot >= 0) return { slot, credited: credit !== undefined && replaces?.slot === slot, metric };
    const others = replaces && isLive(replaces) && this.#count(replaces.slot, replaces.group, 1);
    this.#reviseAll(others ? allSlots(this.#deps.nodes) : [...special]);
    return { slot: -1, metric };
  }

  /** The allocation is on its node, and what it replaces is set to stop. */
  placed(slot: number): void {
    const others = this.#count(slot, this.#group.group.Name, 1);
    this.#reviseAll(others ? allSlots(this.#deps.nodes) : [slot]);
  }

  #leave(alloc: AllocEntry): void {
    if (this.#count(alloc.slot, alloc.group, -1)) this.#reviseAll(allSlots(this.#deps.nodes));
  }

  /** Gives the ranking back as it is for any job. */
  end(): void {
    for (const slot of this.#revised) this.#ranking.restore(slot);
  }

  #pick({ preferred }: Wish): number {
    if (preferred !== undefined && this.#ranking.code[preferred] === FITS) return preferred;
    return this.#chooser.best();
  }

  /** Whether other nodes than this one have to be looked at again. */
  #count(slot: number, group: string, by: 1 | -1): boolean {
    let others = false;
    for (const rule of this.#distinct) others = rule.count(slot, group, by) || others;
    this.#revised.add(slot);
    if (group !== this.#group.group.Name) return others;
    this.#mine.set(slot, (this.#mine.get(slot) ?? 0) + by);
    if (this.#spreads.any) this.#spreads.count(slot, by);
    return others;
  }

  #reviseAll(slots: readonly number[]): void {
    for (const slot of slots) this.#revise(slot, undefined, undefined);
  }

  #revise(slot: number, wish: Wish | undefined, credit: Credit | undefined): void {
    this.#revised.add(slot);
    const own = wish?.replaces?.slot === slot ? credit : undefined;
    this.#chooser.revise(slot, this.#assess(slot, wish?.penalties ?? NO_SLOTS, own));
  }

  #assess(slot: number, penalties: ReadonlySet<number>, credit: Credit | undefined): Assessment {
    const ranking = this.#ranking;
    const code = this.#jobCode(slot, ranking.assess(slot, credit));
    let sum = ranking.fit[slot]!;
    let scorers = 1;
    for (const score of [ranking.affinity[slot]!, this.#antiAffinity(slot), penalties.has(slot) ? -1 : 0]) {
      if (score === 0) continue;
      sum += score;
      scorers += 1;
    }
    return { code, sum, scorers };
  }

  /** Rules between the job's allocations come after what the node itself is. */
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
    return mine > 0 ? -(mine + 1) / Math.max(1, this.#group.group.Count) : 0;
  }

  #metric(slot: number, wish: Wish, credit: Credit | undefined, started: number): AllocMetric {
    const ranking = this.#ranking;
    if (!this.#counts || this.#edition !== ranking.edition) this.#counts = countsOf(ranking);
    this.#edition = ranking.edition;
    return metricOf(this.#counts, this.#scores(slot, wish, credit), this.#deps.elapsed() - started);
  }

  #scores(slot: number, wish: Wish, credit: Credit | undefined): NodeScoreMeta[] | null {
    if (slot < 0) return null;
    this.#told += 1;
    if (this.#told > TOLD_IN_FULL) return [this.#scoreOf(slot, wish, credit)];
    const slots = this.#chooser.top(NODES_TOLD);
    const told = slots.includes(slot) ? slots : [slot, ...slots.slice(0, NODES_TOLD - 1)];
    return told.map((each) => this.#scoreOf(each, wish, credit));
  }

  #scoreOf(slot: number, { penalties, replaces }: Wish, credit: Credit | undefined): NodeScoreMeta {
    const { sum, scorers } = this.#assess(slot, penalties, replaces?.slot === slot ? credit : undefined);
    const boost = this.#spreads.any ? this.#spreads.boost(slot) : 0;
    const scores: Record<string, number> = {
      binpack: this.#ranking.fit[slot]!,
      'job-anti-affinity': this.#antiAffinity(slot),
      'node-reschedule-penalty': penalties.has(slot) ? -1 : 0,
      'node-affinity': this.#ranking.affinity[slot]!,
    };
    if (boost !== 0) scores['allocation-spread'] = boost;
    return {
      NodeID: this.#deps.nodes.id(slot),
      Scores: scores,
      NormScore: (sum + boost) / (scorers + Number(boost !== 0)),
    };
  }
}

function isLive(alloc: AllocEntry): boolean {
  return alloc.desired === 'run' && alloc.client !== 'complete' && alloc.client !== 'failed' && alloc.client !== 'lost';
}

function allSlots(nodes: Nodes): number[] {
  return Array.from({ length: nodes.size }, (_, slot) => slot);
}
