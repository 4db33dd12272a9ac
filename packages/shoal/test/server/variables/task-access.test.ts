import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { TaskQuestion } from '../../../src/client/server-connection.ts';
import { accessRefusal, readablePaths } from '../../../src/server/variables/task-access.ts';
import { until } from '../../support/until.ts';
import { aCluster, aService } from '../support/cluster.ts';

const identity = { namespace: 'default', job: 'j', group: 'g', task: 't' };

test.each([
  ['default', 'nomad/jobs', true],
  ['default', 'nomad/jobs/j', true],
  ['default', 'nomad/jobs/j/g', true],
  ['default', 'nomad/jobs/j/g/t', true],
  ['default', 'nomad/jobs/j/g/t/more', false],
  ['default', 'nomad/jobs/j/g/t2', false],
  ['default', 'nomad/jobs/j2', false],
  ['default', 'nomad/jobs/', false],
  ['default', 'app', false],
  ['other', 'nomad/jobs/j', false],
])('a task may read %s: %s is %s', (namespace, path, may) => {
  expect(accessRefusal(identity, namespace, path) === undefined).toBe(may);
});

test('a client is answered for the tasks of its own allocations alone', async () => {
  const cluster = await aCluster();
  const [own, other] = [randomUUID(), randomUUID()];
  await cluster.node(own);
  await cluster.register(aService());
  const [alloc] = await until('it is placed', () => cluster.live().length === 1 && cluster.live());
  await cluster.node(other);
  const place = { namespace: 'default', path: 'nomad/jobs/j/g/t' };
  await cluster.server.variables.put(place, { k: 'v' });
  await cluster.server.variables.put({ namespace: 'default', path: 'app' }, { k: 'v' });
  const ask = (node: string, about: TaskQuestion['about'], changes: Partial<TaskQuestion> = {}) => {
    const question = { allocId: alloc?.ID ?? '', task: 't', about, ...changes };
    const { signal } = new AbortController();
    return cluster.server.requests.askForTask(node, question, { index: 0, waitMs: 1_000 }, signal);
  };
  const about = { kind: 'variable', namespace: '', path: place.path } as const;

  expect((await ask(own, about)).data).toMatchObject({ Path: place.path, Items: { k: 'v' } });
  expect((await ask(own, { ...about, path: 'nomad/jobs' })).data).toBeNull();
  const { data } = await ask(own, { kind: 'variables', namespace: '', prefix: '' });
  expect(data).toEqual([expect.objectContaining({ Path: place.path })]);
  expect(JSON.stringify(data)).not.toMatch(/Items|Data|KeyID/);

  await expect(ask(other, about)).rejects.toMatchObject({ status: 404 });
  await expect(ask(own, about, { task: 'other' })).rejects.toMatchObject({ status: 404 });
  await expect(ask(own, about, { allocId: randomUUID() })).rejects.toMatchObject({ status: 404 });
  await expect(ask(own, { ...about, path: 'app' })).rejects.toMatchObject({ status: 403 });
  await expect(ask(own, { kind: 'nonsense' } as never)).rejects.toMatchObject({ status: 400 });
  expect((await ask(own, { kind: 'variables', namespace: 'other', prefix: '' })).data).toEqual([]);
});

test("a child of a job reads what is its parent's", async () => {
  const cluster = await aCluster();
  const node = randomUUID();
  await cluster.node(node);
  await cluster.register(
    aService({ Type: 'batch', ParameterizedJob: { Payload: 'optional', MetaRequired: null, MetaOptional: null } }),
  );
  await cluster.server.variables.put({ namespace: 'default', path: 'nomad/jobs/j' }, { k: 'v' });
  const { id: childId } = await cluster.server.children.dispatch('default', 'j', { meta: {}, payload: '' });
  const [alloc] = await until('it is placed', () => cluster.live(childId).length === 1 && cluster.live(childId));
  const { data } = await cluster.server.requests.askForTask(
    node,
    {
      allocId: alloc?.ID ?? '',
      task: 't',
      about: { kind: 'variable', namespace: '', path: 'nomad/jobs/j' },
    },
    { index: 0, waitMs: 1_000 },
    new AbortController().signal,
  );
  expect(data).toMatchObject({ Items: { k: 'v' } });
  expect(readablePaths(identity)).toHaveLength(4);
});
