import type { AllocMetric, Evaluation, Job } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { canonicalize } from '../../src/jobspec/canonicalize.ts';
import { toStored } from '../../src/jobspec/stored.ts';
import { type Answer, recordedSteps, sentJob } from '../jobspec/recorded-jobs.ts';
import { aNode, SECOND } from './support/builders.ts';
import { World } from './support/world.ts';

/** Decisions of the real program, on one node, beside ours for the same jobs. */

type Recorded = { name: string; jobs: Job[]; evaluation: Evaluation };

/** Each evaluation that was read, with the jobs registered before it. */
function evaluationsOf(scenario: string): Recorded[] {
  const found: Recorded[] = [];
  const jobs: Job[] = [];
  for (const { step, answer } of recordedSteps(scenario)) {
    if (step.method === 'PUT' && step.path === '/v1/jobs' && step.body?.Job)
      jobs.push(toStored(canonicalize(sentJob(step))));
    const evaluation = answer.json as Evaluation | undefined;
    if (evaluation?.QueuedAllocations && answer.status === 200)
      found.push({ name: `${scenario}: ${answer.step}`, jobs: [...jobs], evaluation });
  }
  return found;
}

function worldWith(jobs: readonly Job[]) {
  const it = new World();
  it.node(aNode());
  const plans = jobs.map((job) => it.evaluate(it.register(job)));
  return { it, plans };
}

const shown = ({ AllocationTime: _time, ...metric }: AllocMetric) => metric;

describe('evaluations', () => {
  const recorded = [
    'placement-memory-exhausted',
    'placement-disk-exhausted',
    'placement-constraint-filtered',
    'placement-blocked-then-freed',
    'placement-distinct-hosts',
    'placement-driver-missing',
    'placement-unknown-datacenter',
    'placement-ports',
    'jobs-defaults-service',
    'jobs-defaults-system',
    'tasks-system-job',
    'tasks-batch-complete',
    'jobs-allocations-evaluations',
  ].flatMap(evaluationsOf);

  test('there are recordings of this', () => expect(recorded.length).toBeGreaterThan(10));
  test.each(recorded)('$name', ({ jobs, evaluation }) => {
    const { plans } = worldWith(jobs);
    const { set } = plans.at(-1)!.evalPatch;
    expect(set.Status).toBe(evaluation.Status);
    expect(set.QueuedAllocations).toEqual(evaluation.QueuedAllocations);
    expect(Object.keys(set).includes('DeploymentID')).toBe(evaluation.DeploymentID !== undefined);
    expect(Object.keys(set).includes('BlockedEval')).toBe(evaluation.BlockedEval !== undefined);
    const failed = (metrics: Record<string, AllocMetric> = {}) =>
      Object.fromEntries(Object.entries(metrics).map(([group, metric]) => [group, shown(metric)]));
    expect(failed(set.FailedTGAllocs)).toEqual(failed(evaluation.FailedTGAllocs));
  });
});

describe('blocked evaluations', () => {
  test.each(['placement-memory-exhausted', 'placement-constraint-filtered', 'placement-driver-missing'])(
    '%s',
    (scenario) => {
      const steps = recordedSteps(scenario);
      const list = steps.flatMap(({ answer }) => (Array.isArray(answer.json) ? (answer.json as Evaluation[]) : []));
      const recorded = list.find((each) => each.Status === 'blocked')!;
      const { plans } = worldWith(evaluationsOf(scenario)[0]!.jobs);
      const ours: Partial<Evaluation> = {
        ...plans[0]!.newEvals[0]!,
        JobModifyIndex: 1,
        CreateIndex: 1,
        ModifyIndex: 1,
      };
      for (const key of Object.keys(recorded) as (keyof Evaluation)[]) expect(Object.keys(ours)).toContain(key);
      const { Status, StatusDescription, TriggeredBy, Type, Priority } = recorded;
      expect(ours).toMatchObject({ Status, StatusDescription, TriggeredBy, Type, Priority });
    },
  );
});

describe('scores', () => {
  test('of a first and a second allocation with affinity and spread', () => {
    const steps = recordedSteps('placement-scores');
    const job = toStored(canonicalize(sentJob(steps[0]!.step)));
    const { plans } = worldWith([job]);
    const recorded = ['first', 'second'].map((name) =>
      metricsAt(
        steps.map(({ answer }) => answer),
        name,
      ),
    );
    for (const [at, metric] of recorded.entries()) {
      const ours = plans[0]!.newAllocs[at]!.Metrics!;
      const { ScoreMetaData: theirScores, ...theirs } = shown(metric) as AllocMetric;
      const { ScoreMetaData: ourScores, ...rest } = shown(ours) as AllocMetric;
      expect(rest).toEqual(theirs);
      expect(Object.keys(ourScores![0]!.Scores).sort()).toEqual(Object.keys(theirScores![0]!.Scores).sort());
    }
  });
});

function metricsAt(answers: readonly Answer[], name: string): AllocMetric {
  return answers.find((answer) => answer.step.endsWith(name))?.json as AllocMetric;
}

describe('planned changes', () => {
  test('jobs-plan-change', () => {
    const steps = recordedSteps('jobs-plan-change');
    const first = toStored(canonicalize(sentJob(steps[0]!.step)));
    const plans = steps.filter(({ step }) => step.path?.endsWith('/plan'));
    expect(plans.length).toBeGreaterThan(5);
    for (const { step, answer } of plans) {
      const { it } = worldWith([first]);
      it.allHealthy(first);
      it.now += SECOND;
      const stored = it.job(first.ID)!;
      it.evaluate(stored);
      const changed = JSON.stringify(step.body?.Job) !== JSON.stringify(steps[0]!.step.body?.Job);
      const job = {
        ...toStored(canonicalize(sentJob(step))),
        Version: changed ? 1 : 0,
        CreateIndex: stored.CreateIndex,
      };
      const evaluation = { ...it.plan(stored).newEvals[0], ...evaluationOf(job) };
      const { desiredUpdates } = it.scheduler.plan(evaluation, { now: it.now, dryRun: { job } });
      const { Annotations } = answer.json as { Annotations: { DesiredTGUpdates: object } };
      expect(desiredUpdates, answer.step).toEqual(Annotations.DesiredTGUpdates);
    }
  });
});

function evaluationOf({ Namespace, ID, Type, Priority }: Job): Evaluation {
  const times = { CreateIndex: 0, ModifyIndex: 0, CreateTime: 0, ModifyTime: 0 };
  return { ID: 'dry', Namespace, Priority, Type, JobID: ID, TriggeredBy: 'job-register', Status: 'pending', ...times };
}
