import type { DisconnectStrategy, NodeStatus } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/scheduler/plan.ts';
import type { AllocRow } from '../../src/state/rows.ts';
import { type aGroup, aJob, aNode, anUpdate, aTask, SECOND } from './support/builders.ts';
import { World } from './support/world.ts';

const MINUTE = 60 * SECOND;
const PATIENT: DisconnectStrategy = {
  LostAfter: 10 * MINUTE,
  StopOnClientAfter: null,
  Replace: true,
  Reconcile: 'best_score',
};

/** Two runs of a group on three nodes, one of each on the first two. */
function running(group: Parameters<typeof aGroup>[0], type: 'service' | 'batch' | 'system' = 'service') {
  const world = new World({ algorithm: 'spread' });
  for (const at of [1, 2, 3]) world.node(aNode({ ID: `node-${at}`, ip: `10.0.0.${at}` }));
  const job = world.register(aJob({ Type: type, group: { Count: 2, ...group } }));
  world.evaluate(job);
  for (const { ID } of world.allocs()) world.report(ID, 'running');
  return new Cut(world, world.allocs()[0] as AllocRow);
}

/** Tells of what happens to the node of one allocation. */
class Cut {
  readonly world: World;
  readonly original: string;
  readonly node: string;

  constructor(world: World, { ID, NodeID }: AllocRow) {
    this.world = world;
    this.original = ID;
    this.node = NodeID;
  }

  /** The node gets another status, and the job is evaluated. */
  turns(Status: NodeStatus, changes: Parameters<typeof aNode>[0] = {}): Plan {
    this.world.node(aNode({ ID: this.node, ip: `10.0.0.${this.node.at(-1)}`, Status, ...changes }));
    return this.evaluate();
  }

  evaluate(id?: string): Plan {
    return this.world.evaluate(this.world.job('job')!, id === undefined ? {} : { ID: id });
  }

  later(nanoseconds: number): this {
    this.world.now += nanoseconds;
    return this;
  }

  get row(): AllocRow {
    return this.world.alloc(this.original);
  }

  get replacement(): AllocRow | undefined {
    return this.world.allocs().find((row) => row.PreviousAllocation === this.original);
  }
}

describe('a node that falls silent', () => {
  test('takes the allocations of a patient group for unknown, and they are replaced for the time being', () => {
    const it = running({ Disconnect: PATIENT });
    const plan = it.turns('disconnected');
    expect(plan.newAllocs).toMatchObject([{ Name: it.row.Name, PreviousAllocation: it.original }]);
    expect(it.row).toMatchObject({
      DesiredStatus: 'run',
      ClientStatus: 'unknown',
      DesiredDescription: 'alloc is unknown since its node is disconnected',
      NextAllocation: it.replacement?.ID,
      FollowupEvalID: plan.newEvals[0]?.ID,
    });
    expect(plan.newEvals).toMatchObject([
      {
        TriggeredBy: 'max-disconnect-timeout',
        WaitUntil: new Date((it.world.now + 10 * MINUTE) / 1e6).toISOString(),
        StatusDescription: 'created for delayed disconnect timeout',
      },
    ]);
    expect(plan.desiredUpdates['g']).toMatchObject({ Place: 1, Stop: 0, Ignore: 1 });
  });

  test('is not decided about twice', () => {
    const it = running({ Disconnect: PATIENT });
    it.turns('disconnected');
    const again = it.evaluate();
    expect([again.newAllocs, again.allocPatches, again.newEvals]).toEqual([[], [], []]);
    expect(again.desiredUpdates['g']).toMatchObject({ Ignore: 3, Place: 0, Stop: 0 });
  });

  test.each([
    ['max_client_disconnect', { MaxClientDisconnect: 10 * MINUTE }, 'unknown', 1],
    ['nothing', {}, 'lost', 1],
    ['replace = false', { Disconnect: { ...PATIENT, Replace: false } }, 'unknown', 0],
    ['prevent_reschedule_on_lost', { PreventRescheduleOnLost: true }, 'unknown', 0],
    ['stop_after_client_disconnect', { StopAfterClientDisconnect: MINUTE }, 'lost', 0],
    ['stop_on_client_after', { Disconnect: { ...PATIENT, LostAfter: null, StopOnClientAfter: MINUTE } }, 'lost', 0],
  ])('with %s', (_name, group, status, placed) => {
    const it = running(group);
    const silent = status === 'unknown' && !('PreventRescheduleOnLost' in group);
    expect(it.turns(silent ? 'disconnected' : 'down').newAllocs).toHaveLength(placed);
    expect(it.row.ClientStatus).toBe(status);
  });

  test('loses what had not been started there', () => {
    const it = running({ Disconnect: PATIENT });
    it.world.report(it.original, 'pending');
    it.turns('disconnected');
    expect(it.row).toMatchObject({ ClientStatus: 'lost', DesiredStatus: 'stop' });
    expect(it.replacement).toBeDefined();
  });

  test('leaves what could not be replaced to be placed when there is room', () => {
    const it = running({ Disconnect: PATIENT, cpu: 3000 });
    it.world.node(aNode({ ID: 'node-3', SchedulingEligibility: 'ineligible' }));
    const plan = it.turns('disconnected');
    expect(plan.newAllocs).toEqual([]);
    expect(plan.newEvals.map(({ TriggeredBy }) => TriggeredBy)).toEqual(['max-disconnect-timeout', 'queued-allocs']);
    it.world.node(aNode({ ID: 'node-3', ip: '10.0.0.3' }));
    expect(it.evaluate().newAllocs).toMatchObject([{ NodeID: 'node-3', PreviousAllocation: it.original }]);
  });

  test('is given up when the time is over: what was replaced is lost, and not replaced again', () => {
    const it = running({ Disconnect: PATIENT });
    const [followUp] = it.turns('disconnected').newEvals;
    const plan = it.later(10 * MINUTE).evaluate(followUp?.ID);
    expect(it.row).toMatchObject({ ClientStatus: 'lost', DesiredStatus: 'stop' });
    expect(plan.newAllocs).toEqual([]);
    expect(plan.desiredUpdates['g']).toMatchObject({ Stop: 1, Place: 0 });
  });

  test('is not waited for when the allocation is stopped by hand', () => {
    const it = running({ Disconnect: { ...PATIENT, Replace: false } });
    it.turns('disconnected');
    it.world.put('allocs', it.original, { ...it.row, DesiredTransition: { Migrate: true } });
    expect(it.evaluate().newAllocs).toHaveLength(1);
    expect(it.row).toMatchObject({ ClientStatus: 'lost', DesiredStatus: 'stop' });
  });

  test('is waited for without end where nothing is to be replaced, also when it is down', () => {
    const it = running({ Disconnect: { ...PATIENT, Replace: false } });
    expect(it.turns('disconnected').newEvals).toEqual([]);
    const plan = it.later(60 * MINUTE).turns('down');
    expect([plan.newAllocs, it.row.ClientStatus, it.row.DesiredStatus]).toEqual([[], 'unknown', 'run']);
  });

  test('loses everything when it is purged', () => {
    const it = running({ Disconnect: { ...PATIENT, Replace: false } });
    it.turns('disconnected');
    it.world.remove('nodes', it.node);
    expect(it.evaluate().newAllocs).toHaveLength(1);
    expect(it.row.ClientStatus).toBe('lost');
  });

  test('keeps the place of what its client is to stop until the client has had the time', () => {
    const it = running({ StopAfterClientDisconnect: MINUTE, Tasks: [aTask({ KillTimeout: 5 * SECOND })] });
    const [followUp] = it.turns('down').newEvals;
    expect(followUp).toMatchObject({
      TriggeredBy: 'alloc-failure',
      WaitUntil: new Date((it.world.now + 65 * SECOND) / 1e6).toISOString(),
    });
    expect(it.later(30 * SECOND).evaluate().newAllocs).toEqual([]);
    expect(it.later(35 * SECOND).evaluate(followUp?.ID).newAllocs).toMatchObject([
      { Name: it.row.Name, PreviousAllocation: it.original },
    ]);
    expect(it.evaluate().newAllocs).toEqual([]);
  });
});

describe('a node that comes back', () => {
  /** Scores: of the node that was away, and of the one where the replacement is. */
  test.each([
    ['best_score', { cpu: 4000 }, 'original'],
    ['best_score', { cpu: 400 }, 'replacement'],
    ['keep_original', { cpu: 400 }, 'original'],
    ['keep_replacement', { cpu: 4000 }, 'replacement'],
    ['longest_running', { cpu: 400 }, 'original'],
  ])('with %s, and %o of it: the %s stays', (Reconcile, size, stays) => {
    const it = running({ Disconnect: { ...PATIENT, Reconcile } });
    it.turns('disconnected');
    it.world.report(it.replacement!.ID, 'running');
    const plan = it.later(MINUTE).turns('ready', size);
    const [kept, stopped] = stays === 'original' ? [it.row, it.replacement!] : [it.replacement!, it.row];
    expect(kept.DesiredStatus).toBe('run');
    expect(stopped).toMatchObject({
      DesiredStatus: 'stop',
      DesiredDescription: 'alloc not needed due to disconnected client reconnect',
    });
    expect(kept.ClientStatus).toBeUndefined();
    expect([plan.newAllocs, plan.desiredUpdates['g']?.Stop]).toEqual([[], 1]);
    expect(it.evaluate().allocPatches).toEqual([]);
  });

  test('has the one that has run for longer, reckoned from its last restart', () => {
    const it = running({ Disconnect: { ...PATIENT, Reconcile: 'longest_running' } });
    it.turns('disconnected');
    it.world.report(it.replacement!.ID, 'running');
    const StartedAt = new Date(it.later(MINUTE).world.now / 1e6).toISOString();
    it.world.report(it.original, 'running', {
      TaskStates: {
        t: {
          State: 'running',
          Failed: false,
          Restarts: 1,
          LastRestart: StartedAt,
          StartedAt,
          FinishedAt: null,
          Events: [],
        },
      },
    });
    it.turns('ready');
    expect([it.row.DesiredStatus, it.replacement?.DesiredStatus]).toEqual(['stop', 'run']);
  });

  test('brings back what was never replaced', () => {
    const it = running({ Disconnect: { ...PATIENT, Replace: false } });
    it.turns('disconnected');
    it.later(60 * MINUTE).turns('down');
    const plan = it.turns('ready');
    expect(it.row).toMatchObject({
      DesiredStatus: 'run',
      DesiredDescription: '',
      NextAllocation: '',
      FollowupEvalID: '',
    });
    expect([it.row.ClientStatus, plan.newAllocs]).toEqual([undefined, []]);
  });

  test('has nothing to keep of what ended meanwhile: its replacement stays', () => {
    const it = running({ Disconnect: { ...PATIENT, Reconcile: 'keep_original' } });
    it.turns('disconnected');
    it.world.report(it.replacement!.ID, 'running');
    it.world.report(it.original, 'failed');
    const plan = it.turns('ready');
    expect([plan.newAllocs, it.replacement?.DesiredStatus]).toEqual([[], 'run']);
  });

  test('keeps its own when the replacement has failed', () => {
    const it = running({ Disconnect: { ...PATIENT, Reconcile: 'keep_replacement' } });
    it.turns('disconnected');
    it.world.report(it.replacement!.ID, 'failed');
    const plan = it.turns('ready');
    expect([it.row.ClientStatus, it.row.DesiredStatus, plan.newAllocs]).toEqual([undefined, 'run', []]);
  });

  test('has to give up what is of an older version than its replacement', () => {
    const it = running({ Disconnect: { ...PATIENT, Reconcile: 'keep_original' } });
    it.turns('disconnected');
    it.world.report(it.replacement!.ID, 'running');
    const Tasks = [aTask({ Env: { A: '1' } })];
    it.world.register(aJob({ group: { Count: 2, Disconnect: PATIENT, Tasks } }));
    it.evaluate();
    it.turns('ready');
    expect(it.row).toMatchObject({ DesiredStatus: 'stop' });
    expect(it.world.running().map(({ JobVersion }) => JobVersion)).toEqual([1, 1]);
  });

  test('brings no more than the count, if that has become less', () => {
    const it = running({ Disconnect: { ...PATIENT, Reconcile: 'keep_original' } });
    it.turns('disconnected');
    it.world.register(aJob({ group: { Count: 1, Disconnect: PATIENT } }));
    it.evaluate();
    it.turns('ready');
    expect(it.world.running()).toHaveLength(1);
  });

  test('stops all that took over one after the other', () => {
    const it = running({ Disconnect: { ...PATIENT, Reconcile: 'keep_original' } });
    it.turns('disconnected');
    const second = it.replacement!;
    it.world.report(second.ID, 'running');
    const next = new Cut(it.world, second);
    next.turns('disconnected');
    const third = next.replacement!;
    it.world.report(third.ID, 'running');
    it.turns('ready');
    expect([it.row, next.row, next.replacement].map((row) => row?.DesiredStatus)).toEqual(['run', 'stop', 'stop']);
  });
});

test('a system job waits for its node, and goes on there', () => {
  const it = running({ Disconnect: PATIENT }, 'system');
  const plan = it.turns('disconnected');
  expect(it.row).toMatchObject({ ClientStatus: 'unknown', DesiredStatus: 'run' });
  expect([plan.newAllocs, plan.newEvals[0]?.TriggeredBy]).toEqual([[], 'max-disconnect-timeout']);
  it.turns('ready');
  expect([it.row.ClientStatus, it.row.DesiredStatus, it.world.running().length]).toEqual([undefined, 'run', 3]);
});

test('a deployment waits for the replacement of what is unknown', () => {
  const it = running({ Disconnect: PATIENT, Update: anUpdate({ MaxParallel: 2 }) });
  it.world.allHealthy(it.world.job('job')!);
  const waiting = it.turns('disconnected');
  expect(waiting.deploymentPatches).toEqual([]);
  it.world.healthy(it.replacement!.ID);
  expect(it.evaluate().deploymentPatches).toMatchObject([{ set: { Status: 'successful' } }]);
});
