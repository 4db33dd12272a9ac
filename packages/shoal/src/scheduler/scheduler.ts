import { Cluster } from './cluster/cluster.ts';
import type { Scheduler, SchedulerConfig, SchedulerDeps } from './contract.ts';
import type { Journal } from './planning/journal.ts';
import { makePlan } from './planning/planner.ts';
import { Rankings } from './planning/rankings.ts';

const DEFAULTS: SchedulerConfig = { algorithm: 'binpack' };

export function createScheduler(deps: SchedulerDeps, config: SchedulerConfig = DEFAULTS): Scheduler {
  const cluster = new Cluster();
  const rankings = new Rankings(cluster.nodes, config.algorithm);
  const placing = {
    cluster,
    rankings,
    newId: deps.newId,
    random: deps.random,
    elapsed: deps.elapsed ?? (() => 0),
  };
  const unsettled = new Map<string, Journal>();
  return {
    apply(changes, index = 0) {
      for (const change of changes) cluster.apply(change);
      cluster.reach(index);
    },
    brought(planId, { from, count, index }) {
      const journal = unsettled.get(planId);
      if (!journal) throw new Error(`the feed brought a part of plan "${planId}", which is not on its way`);
      journal.brought(from, count, index);
      cluster.reach(index);
    },
    index: () => cluster.index,
    plan(evaluation, options) {
      const { plan, journal } = makePlan(evaluation, options, placing);
      if (options.dryRun) journal.undo();
      else unsettled.set(plan.id, journal);
      return plan;
    },
    settle(planId, outcome) {
      if (outcome === 'rejected') unsettled.get(planId)?.undo();
      unsettled.delete(planId);
    },
    configure: ({ algorithm }) => rankings.configure(algorithm),
  };
}
