import type { TaskState } from '@shoal/api';
import { expect, test } from 'vitest';
import { clientStatus } from '../../../src/client/alloc-runner/client-status.ts';
import { aTaskState } from '../support/builders.ts';

const pending = aTaskState();
const running = aTaskState({ State: 'running' });
const done = aTaskState({ State: 'dead' });
const failed = aTaskState({ State: 'dead', Failed: true });

test.each([
  { name: 'nothing has begun', given: [pending, pending], want: 'pending: No tasks have started' },
  { name: 'one runs', given: [running, pending], want: 'running: Tasks are running' },
  { name: 'all ended well', given: [done, done], want: 'complete: All tasks have completed' },
  { name: 'one failed, all are dead', given: [done, failed], want: 'failed: Failed tasks' },
  { name: 'one failed, another still runs', given: [running, failed], want: 'running: Tasks are running' },
  { name: 'one failed, the last word is not spoken', given: [pending, failed], want: 'pending: No tasks have started' },
] as { name: string; given: TaskState[]; want: string }[])('$name', ({ given, want }) => {
  const { status, description } = clientStatus(given);
  expect(`${status}: ${description}`).toBe(want);
});
