import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkloadIdentity } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { exposedIdentities, renewalOf } from '../../../src/client/identities/exposed.ts';
import type { AllocationUpdate } from '../../../src/client/server-connection.ts';
import { until } from '../../support/until.ts';
import { anAllocation, aTask, jobOf } from '../support/builders.ts';
import { aClientWorld } from '../support/client-world.ts';

function identity(changes: Partial<WorkloadIdentity> = {}): WorkloadIdentity {
  return {
    ...{ Name: '', Audience: null, ChangeMode: 'noop', ChangeSignal: '', Env: false, File: false, TTL: 0 },
    ...changes,
  };
}

describe('what a task sees of an identity', () => {
  const cases: { name: string; given: Partial<WorkloadIdentity>; want: object | undefined }[] = [
    { name: 'nothing unless it says so', given: {}, want: undefined },
    { name: 'the variable of the default one', given: { Env: true }, want: { variable: 'NOMAD_TOKEN' } },
    { name: 'the file of the default one', given: { File: true }, want: { file: 'secrets/nomad_token' } },
    { name: 'the variable of another', given: { Name: 'a-b', Env: true }, want: { variable: 'NOMAD_TOKEN_a_b' } },
    { name: 'the file of another', given: { Name: 'a-b', File: true }, want: { file: 'secrets/nomad_a-b.jwt' } },
    { name: 'a file of its own', given: { File: true, Filepath: 'local/x.jwt' }, want: { file: 'local/x.jwt' } },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    const [found] = exposedIdentities(aTask({ Identities: [identity(given)] }));
    if (want === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(want);
  });

  test('its token is replaced when it is half old, not all at once, or never', () => {
    expect(renewalOf({ ttlMs: 1_000 }, 5_000, 0)).toBe(5_500);
    expect(renewalOf({ ttlMs: 1_000 }, 5_000, 1)).toBe(5_700);
    expect(renewalOf({ ttlMs: 0 }, 5_000, 1)).toBeUndefined();
  });
});

async function placed(identities: WorkloadIdentity[]) {
  const world = await aClientWorld();
  let made = 0;
  world.server.answer = ({ about }) => (about.kind === 'identity' ? `${about.name} ${++made}` : null);
  await world.boot();
  const alloc = anAllocation(jobOf([aTask({ Identities: identities })]));
  const folder = join(world.dataDir, 'alloc', alloc.ID, 't');
  const t = (update: AllocationUpdate | undefined) => update?.taskStates['t'];
  world.server.put(alloc);
  const running = () => world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
  return {
    world,
    alloc,
    folder,
    t,
    running,
    made: () => made,
    read: (path: string) => readFile(join(folder, path), 'utf8'),
  };
}

describe('a task with identities', () => {
  test('has their tokens in its environment and its files before it starts', async () => {
    const { world, folder, read, running } = await placed([
      identity({ Env: true, File: true }),
      identity({ Name: 'bank', Env: true, File: true, Filepath: 'local/deep/bank.jwt' }),
      identity({ Name: 'hidden' }),
    ]);
    await running();
    expect(world.machine.started[0]?.env).toMatchObject({ NOMAD_TOKEN: 'default 1', NOMAD_TOKEN_bank: 'bank 2' });
    expect(await read('secrets/nomad_token')).toBe('default 1');
    expect(await read('local/deep/bank.jwt')).toBe('bank 2');
    expect((await stat(join(folder, 'secrets/nomad_token'))).mode & 0o777).toBe(0o644);
    expect(JSON.stringify(world.machine.started[0]?.env)).not.toContain('hidden');
  });

  test('is signalled when a token was replaced, and finds the new one', async () => {
    const { world, read, running } = await placed([
      identity({ File: true, TTL: 0.5e9, ChangeMode: 'signal', ChangeSignal: 'SIGHUP' }),
    ]);
    await running();
    await until('it was signalled twice', () => world.machine.signals.length >= 2);
    expect(world.machine.signals[0]?.signal).toBe('SIGHUP');
    expect(await read('secrets/nomad_token')).not.toBe('default 1');
  });

  test('is started again with the new token, if it says so', async () => {
    const { world, alloc, t } = await placed([identity({ Env: true, TTL: 1e9, ChangeMode: 'restart' })]);
    await world.reported(alloc.ID, 'restarts', (now) => (t(now)?.Restarts ?? 0) > 0);
    const second = await until('it was started again', () => world.machine.started[1]);
    expect(second.env?.['NOMAD_TOKEN']).toMatch(/^default ([2-9]|\d\d)/);
  });

  test('that is started again while no server can be reached has the token that it had', async () => {
    const { world, running } = await placed([identity({ Env: true })]);
    await running();
    world.server.answer = () => {
      throw Object.assign(new Error('no server answers'), { code: 'unavailable' });
    };
    world.machine.end(world.machine.started[0]?.id ?? '', { exitCode: 1, signal: 0, oomKilled: false, kind: 'exited' });
    const second = await until('it was started again', () => world.machine.started[1]);
    expect(second.env).toMatchObject({ NOMAD_TOKEN: 'default 1' });
  });

  test('waits for servers that cannot be reached, and says so', async () => {
    const { world, t } = await placed([]);
    world.server.answer = () => {
      throw Object.assign(new Error('no server answers'), { code: 'unavailable' });
    };
    const other = anAllocation(jobOf([aTask({ Identities: [identity({ Env: true })] })]));
    world.server.put(other);
    const update = await world.reported(other.ID, 'waits', (now) =>
      (t(now)?.Events ?? []).some(({ DisplayMessage }) => DisplayMessage.includes('no token "default" yet')),
    );
    expect(t(update)?.State).toBe('pending');
    world.server.answer = () => 'late';
    await world.reported(other.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
  });

  test('that may not have one fails, and says why', async () => {
    const { world, t } = await placed([]);
    world.server.answer = () => {
      throw Object.assign(new Error('task "t" has no identity "x"'), { code: 'refused', status: 403 });
    };
    const alloc = anAllocation(jobOf([aTask({ Identities: [identity({ Name: 'x', Env: true })] })]));
    world.server.put(alloc);
    const update = await world.reported(alloc.ID, 'fails', ({ clientStatus }) => clientStatus === 'failed');
    expect(JSON.stringify(t(update)?.Events)).toContain('has no identity');
  });

  test('keeps its token when the agent is started anew', async () => {
    const { world, running, made, read } = await placed([identity({ File: true, TTL: 60e9 })]);
    await running();
    world.crash();
    await world.boot();
    await until('the task was found again', () => world.client !== undefined && world.machine.running.size === 1);
    expect(await read('secrets/nomad_token')).toBe('default 1');
    expect(made()).toBe(1);
  });
});
