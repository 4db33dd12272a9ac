import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventId, eventIndex } from '../../../src/catalog/events/event-id.ts';
import { type EventRequest, fireEvent, MOST_EVENTS } from '../../../src/catalog/events/fire.ts';
import { hearEvents } from '../../../src/catalog/events/heard.ts';
import type { State } from '../../../src/state/state.ts';
import { emptyState } from '../catalog-state.ts';

const anEvent = (given: Partial<EventRequest> = {}): EventRequest => ({
  name: 'deploy',
  payload: Buffer.alloc(0),
  nodeFilter: '',
  serviceFilter: '',
  tagFilter: '',
  ...given,
});
const fire = (state: State, given?: Partial<EventRequest>) => fireEvent(state, anEvent(given), eventId(randomUUID));

function hearing(state: State, nodeName = 'web-1') {
  const heard = hearEvents({ state, nodeName, services: () => [{ name: 'redis', tags: ['master'] }] });
  heard.start();
  onTestFinished(() => heard.stop());
  return heard;
}

test('an id is a UUID whose index fits into a number, and is that of its two halves', () => {
  for (let at = 0; at < 100; at += 1) {
    const id = eventId(randomUUID);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.isSafeInteger(Number(eventIndex(id)))).toBe(true);
  }
  expect(eventIndex('00000000-0000-0003-0000-000000000005')).toBe('6');
});

describe('an agent hears', () => {
  const cases = [
    { name: 'what is for all', given: {}, want: true },
    { name: 'what is for its node', given: { nodeFilter: '^web-' }, want: true },
    { name: 'not what is for another node', given: { nodeFilter: '^db-' }, want: false },
    { name: 'what is for a service of its own', given: { serviceFilter: 'redis' }, want: true },
    { name: 'not what is for a service that it lacks', given: { serviceFilter: 'mysql' }, want: false },
    { name: 'what is for a tag of that service', given: { serviceFilter: 'redis', tagFilter: 'master' }, want: true },
    { name: 'not what is for another tag', given: { serviceFilter: 'redis', tagFilter: 'slave' }, want: false },
  ];
  test.each(cases)('$name', async ({ given, want }) => {
    const state = await emptyState();
    const heard = hearing(state);
    const { ID } = await fire(state, given);
    expect(heard.list('deploy').events.map((event) => event.ID)).toEqual(want ? [ID] : []);
    expect(heard.list('').index).toBe(want ? eventIndex(ID) : '1');
  });

  test('all that are fired at the same time, in one order, and keeps the newest', async () => {
    const state = await emptyState();
    const [one, other] = [hearing(state), hearing(state, 'web-2')];
    await Promise.all(Array.from({ length: 20 }, (_, at) => fire(state, { name: `e${at}` })));
    for (let at = 0; at < MOST_EVENTS; at += 1) await fire(state, { name: 'later' });
    expect(one.list('').events).toHaveLength(MOST_EVENTS);
    expect(one.list('').events).toEqual(other.list('').events);
    expect(state.tables.events.size).toBe(MOST_EVENTS);
    expect(hearing(state).list('').events).toEqual(one.list('').events);
  });
});

describe('an event is refused', () => {
  const cases = [
    {
      name: 'with a filter that is none',
      given: { nodeFilter: '(' },
      want: /Invalid node filter: error parsing regexp/,
    },
    { name: 'with a tag alone', given: { tagFilter: 'x' }, want: /tag filter without service filter/ },
    { name: 'with too much to carry', given: { payload: Buffer.alloc(600) }, want: /limit of 512 bytes/ },
  ];
  test.each(cases)('$name', async ({ given, want }) => {
    await expect(fire(await emptyState(), given)).rejects.toThrow(want);
  });
});
