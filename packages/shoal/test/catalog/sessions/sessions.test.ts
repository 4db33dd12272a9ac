import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deleteKey, deleteTree, putKey } from '../../../src/catalog/kv.ts';
import { acquireKey, releaseKey } from '../../../src/catalog/sessions/locks.ts';
import type { SessionRequest } from '../../../src/catalog/sessions/plan.ts';
import { createSessions, type Sessions } from '../../../src/catalog/sessions/sessions.ts';
import type { State } from '../../../src/state/state.ts';
import { openTestState } from '../../support/test-state.ts';
import { until } from '../../support/until.ts';
import { deregister, register } from '../catalog-state.ts';

const SHORT_MS = 40;

function startSessions(state: State): Sessions {
  const sessions = createSessions({
    state,
    newId: randomUUID,
    now: () => performance.now(),
    limits: { minTtlMs: 1 },
    onFailure: (error) => expect.unreachable(String(error)),
  });
  sessions.start();
  onTestFinished(() => sessions.stop());
  return sessions;
}

const check = (CheckID: string, Status: string, ServiceID = '') => ({ CheckID, Status, ServiceID });
const registerNode = (state: State, ...Checks: ReturnType<typeof check>[]) =>
  register(state, { Service: { Service: 'web' }, Checks });

function request(given: Partial<SessionRequest> = {}): SessionRequest {
  const none = { Name: '', Behavior: '', TTL: '', ServiceChecks: null };
  return { ...none, Node: 'n1', LockDelay: 0, NodeChecks: ['serfHealth'], ...given };
}

async function cluster() {
  const { state, path } = await openTestState();
  await registerNode(state, check('serfHealth', 'passing'));
  return { state, path, sessions: startSessions(state) };
}

const write = (session: string, key = 'k', value = 'v') => ({ key, value: Buffer.from(value), flags: '0', session });
const holder = (state: State, key = 'k') => state.tables.kv.get(key)?.Session;
const isGone = (state: State, id: string) =>
  until('the session is gone', () => state.tables.sessions.get(id) === undefined);

describe('a session ends', () => {
  type Case = { name: string; given?: Partial<SessionRequest>; when: (state: State) => Promise<unknown> };
  const cases: Case[] = [
    { name: 'when it is not renewed', given: { TTL: `${SHORT_MS}ms` }, when: async () => undefined },
    { name: 'when its node check is critical', when: (state) => registerNode(state, check('serfHealth', 'critical')) },
    { name: 'when its check vanishes', when: (state) => deregister(state, { CheckID: 'serfHealth' }) },
    { name: 'when its node vanishes', when: (state) => deregister(state, {}) },
    {
      name: 'when its service check is critical',
      given: { NodeChecks: [], ServiceChecks: [{ ID: 'ping', Namespace: '' }] },
      when: (state) => registerNode(state, check('ping', 'critical', 'web')),
    },
  ];

  test.each(cases)('$name, and its key is free', async ({ given, when }) => {
    const { state, sessions } = await cluster();
    await registerNode(state, check('ping', 'passing', 'web'));
    const id = await sessions.create(request(given));
    expect(await acquireKey(state, sessions, write(id))).toBe(true);
    await when(state);
    await isGone(state, id);
    await until('the lock is gone', () => state.tables.kvLocks.get('k') === undefined);
    expect(state.tables.kv.get('k')).toMatchObject({ LockIndex: 1, Value: 'dg==' });
    expect(holder(state)).toBeUndefined();
  });

  test('not before twice its TTL, and not while it is renewed', async () => {
    const { state, sessions } = await cluster();
    const id = await sessions.create(request({ TTL: `${SHORT_MS}ms` }));
    const start = performance.now();
    while (performance.now() - start < 4 * SHORT_MS) {
      expect(sessions.renew(id)?.ID).toBe(id);
      await new Promise((resolve) => setTimeout(resolve, SHORT_MS / 4));
    }
    const renewed = performance.now();
    await isGone(state, id);
    expect(performance.now() - renewed).toBeGreaterThan(SHORT_MS);
    expect(sessions.renew(id)).toBeUndefined();
  });

  test('and its keys with it, where it says so', async () => {
    const { state, sessions } = await cluster();
    const id = await sessions.create(request({ Behavior: 'delete' }));
    await acquireKey(state, sessions, write(id, 'a'));
    await acquireKey(state, sessions, write(id, 'b'));
    await sessions.destroy(id);
    expect(state.tables.kv.size).toBe(0);
    expect(state.tables.kvLocks.size).toBe(0);
  });

  test('while a key is being locked with it: the key is not held by a ghost', async () => {
    const { state, sessions } = await cluster();
    for (let at = 0; at < 20; at += 1) {
      const id = await sessions.create(request());
      await Promise.allSettled([
        ...Array.from({ length: 10 }, (_, key) => acquireKey(state, sessions, write(id, `k${key}`))),
        sessions.destroy(id),
      ]);
    }
    await until('no key is held', () => [...state.tables.kv.values()].every((row) => row.Session === undefined));
  });
});

describe('a session is not made', () => {
  const cases = [
    { name: 'on a node that is not there', given: { Node: 'n2' }, want: /Missing node registration/ },
    { name: 'with a check that is not there', given: { NodeChecks: ['x'] }, want: /Missing check 'x'/ },
    { name: 'with a check that fails', given: { NodeChecks: ['bad'] }, want: /'bad' is in critical state/ },
    { name: 'with a TTL that is none', given: { TTL: 'soon' }, want: /invalid duration "soon"/ },
    { name: 'with a behaviour that is none', given: { Behavior: 'wait' }, want: /Invalid Behavior/ },
  ];
  test.each(cases)('$name', async ({ given, want }) => {
    const { state, sessions } = await cluster();
    await registerNode(state, check('bad', 'critical'));
    await expect(sessions.create(request(given))).rejects.toThrow(want);
  });
});

describe('a lock', () => {
  test('is held by one of many who want it', async () => {
    const { state, sessions } = await cluster();
    const ids = await Promise.all(Array.from({ length: 10 }, () => sessions.create(request())));
    const taken = await Promise.all(ids.map((id) => acquireKey(state, sessions, write(id))));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(holder(state)).toBe(ids[taken.indexOf(true)]);
  });

  test('is not lost when others write the key at the same time', async () => {
    const { state, sessions } = await cluster();
    const plain = (key: string) => putKey(state, { key, value: Buffer.from('p'), flags: '0' });
    for (let at = 0; at < 20; at += 1) {
      const id = await sessions.create(request());
      const key = `race${at}`;
      const [, locked] = await Promise.all([plain(key), acquireKey(state, sessions, write(id, key)), plain(key)]);
      expect(locked).toBe(true);
      expect(holder(state, key)).toBe(id);
      const [, free] = await Promise.all([plain(key), releaseKey(state, write(id, key)), plain(key)]);
      expect(free).toBe(true);
      expect(holder(state, key)).toBeUndefined();
    }
  });

  test('waits for the delay of a holder that went, but not of one that released', async () => {
    const { state, sessions } = await cluster();
    const first = await sessions.create(request({ LockDelay: SHORT_MS * 1e6 }));
    const second = await sessions.create(request());
    await acquireKey(state, sessions, write(first, 'released'));
    await releaseKey(state, write(first, 'released'));
    expect(await acquireKey(state, sessions, write(second, 'released'))).toBe(true);
    await acquireKey(state, sessions, write(first));
    await sessions.destroy(first);
    expect(await acquireKey(state, sessions, write(second))).toBe(false);
    expect(await putKey(state, { key: 'k', value: Buffer.from('plain'), flags: '0' })).toBe(true);
    await until('the delay is over', () => acquireKey(state, sessions, write(second)));
    await until('the delay is forgotten', () => state.tables.lockDelays.size === 0);
  });

  test('goes with its key', async () => {
    const { state, sessions } = await cluster();
    const id = await sessions.create(request());
    for (const remove of [() => deleteKey(state, 'k'), () => deleteTree(state, '')]) {
      await acquireKey(state, sessions, write(id));
      await remove();
      expect(state.tables.kvLocks.size).toBe(0);
    }
    const other = await sessions.create(request());
    expect(await acquireKey(state, sessions, write(other))).toBe(true);
  });
});

test('after a restart sessions and lock delays have their whole time anew, and what ended meanwhile ends now', async () => {
  const { state, path, sessions } = await cluster();
  await registerNode(state, check('other', 'passing'));
  const kept = await sessions.create(request({ TTL: '10s' }));
  const doomed = await sessions.create(request({ NodeChecks: ['other'], LockDelay: 60e9 }));
  await acquireKey(state, sessions, write(doomed));
  const gone = await sessions.create(request({ LockDelay: 60e9 }));
  await acquireKey(state, sessions, write(gone, 'delayed'));
  await sessions.destroy(gone);
  sessions.stop();
  await registerNode(state, check('other', 'critical'));
  await state.close();

  const { state: reopened } = await openTestState(path);
  const again = startSessions(reopened);
  await isGone(reopened, doomed);
  expect(holder(reopened)).toBeUndefined();
  expect(again.renew(kept)?.ID).toBe(kept);
  expect(again.isDelayed('delayed')).toBe(true);
});
