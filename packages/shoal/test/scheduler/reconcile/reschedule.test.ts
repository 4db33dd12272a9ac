import type { RescheduleEvent, ReschedulePolicy } from '@shoal/api';
import { expect, test } from 'vitest';
import { nextReschedule, trackReschedule } from '../../../src/scheduler/reconcile/reschedule.ts';
import { SECOND } from '../support/builders.ts';

const base: ReschedulePolicy = {
  Attempts: 0,
  Interval: 0,
  Delay: 5 * SECOND,
  DelayFunction: 'constant',
  MaxDelay: 0,
  Unlimited: true,
};
const event = (at: number, delay: number): RescheduleEvent => ({
  RescheduleTime: at * SECOND,
  PrevAllocID: 'a',
  PrevNodeID: 'n',
  Delay: delay * SECOND,
});
const FAILED = 1000;

test.each([
  { name: 'no policy', policy: null, events: [], want: undefined },
  { name: 'switched off', policy: { ...base, Unlimited: false }, events: [], want: undefined },
  { name: 'constant', policy: base, events: [event(900, 5)], want: 5 },
  { name: 'exponential, first', policy: { ...base, DelayFunction: 'exponential' }, events: [], want: 5 },
  {
    name: 'exponential',
    policy: { ...base, DelayFunction: 'exponential' },
    events: [event(900, 5), event(990, 10)],
    want: 20,
  },
  {
    name: 'exponential, at most',
    policy: { ...base, DelayFunction: 'exponential', MaxDelay: 15 * SECOND },
    events: [event(995, 10)],
    want: 15,
  },
  {
    name: 'exponential, after a long time of running',
    policy: { ...base, DelayFunction: 'exponential', MaxDelay: 15 * SECOND },
    events: [event(900, 15)],
    want: 5,
  },
  { name: 'fibonacci, second', policy: { ...base, DelayFunction: 'fibonacci' }, events: [event(990, 5)], want: 5 },
  {
    name: 'fibonacci',
    policy: { ...base, DelayFunction: 'fibonacci' },
    events: [event(980, 5), event(990, 10)],
    want: 15,
  },
  {
    name: 'attempts left',
    policy: { ...base, Unlimited: false, Attempts: 2, Interval: 60 * SECOND },
    events: [event(990, 5)],
    want: 5,
  },
  {
    name: 'no attempts left',
    policy: { ...base, Unlimited: false, Attempts: 1, Interval: 60 * SECOND },
    events: [event(990, 5)],
    want: undefined,
  },
  {
    name: 'attempts of long ago',
    policy: { ...base, Unlimited: false, Attempts: 1, Interval: 60 * SECOND },
    events: [event(900, 5)],
    want: 5,
  },
] satisfies { name: string; policy: ReschedulePolicy | null; events: RescheduleEvent[]; want: number | undefined }[])(
  '$name',
  ({ policy, events, want }) => {
    const next = nextReschedule(policy, { Events: events }, FAILED * SECOND);
    expect(next).toEqual(want === undefined ? undefined : { at: (FAILED + want) * SECOND, delay: want * SECOND });
  },
);

test('without a limit the last five attempts are remembered, else those of the interval', () => {
  const many = { Events: [1, 2, 3, 4, 5, 6].map((at) => event(at, 5)) };
  const times = (policy: ReschedulePolicy) =>
    trackReschedule(policy, many, event(7, 5)).Events.map((each) => each.RescheduleTime / SECOND);
  expect(times(base)).toEqual([3, 4, 5, 6, 7]);
  expect(times({ ...base, Unlimited: false, Attempts: 9, Interval: 3 * SECOND })).toEqual([5, 6, 7]);
});
