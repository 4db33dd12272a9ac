import type { JobInput } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { canonicalize } from '../../src/jobspec/canonicalize.ts';
import { goldenJson, goldenNames } from '../support/golden.ts';
import { firstDifference } from './compare.ts';

describe('recorded jobs get the recorded defaults', () => {
  test.each(goldenNames('.parsed.json', 'jobspec', 'valid'))('%s', (name) => {
    const input = goldenJson('jobspec', 'valid', `${name}.parsed.json`) as JobInput;
    const before = structuredClone(input);
    const want = goldenJson('jobspec', 'valid', `${name}.canonical.json`);
    expect(firstDifference(want, canonicalize(input))).toBeUndefined();
    expect(input).toEqual(before);
  });
});

describe('blocks of later versions get what their pages say', () => {
  const group = (changes: object) => canonicalize({ ID: 'j', TaskGroups: [{ Name: 'g', ...changes }] }).TaskGroups?.[0];
  const task = (changes: object) => group({ Tasks: [{ Name: 't', ...changes }] })?.Tasks?.[0];
  test.each([
    { given: { Disconnect: { LostAfter: 1 } }, want: { Disconnect: { Replace: true, Reconcile: 'best_score' } } },
    {
      given: { Disconnect: { LostAfter: 1, Replace: false, Reconcile: 'keep_original' } },
      want: { Disconnect: { Replace: false, Reconcile: 'keep_original' } },
    },
    { given: { Consul: {} }, want: { Consul: { Cluster: 'default' } } },
    {
      given: { Services: [{ Weights: { Passing: 9 } }, { Weights: { Warning: 0 } }] },
      want: { Services: [{ Weights: { Passing: 9, Warning: 1 } }, { Weights: { Passing: 1, Warning: 0 } }] },
    },
  ])('of a group: $given', ({ given, want }) => expect(group(given)).toMatchObject(want));
  test.each([
    {
      given: { Templates: [{ ChangeMode: 'script', ChangeScript: { Command: 'x' } }] },
      want: { Templates: [{ ChangeScript: { Timeout: 5e9, FailOnError: false } }] },
    },
    { given: { Resources: { NUMA: {} } }, want: { Resources: { NUMA: { Affinity: 'none' } } } },
    { given: { Identities: [{ Name: 'x' }] }, want: { Identities: [{ ChangeMode: 'noop' }] } },
    {
      given: { Identity: { Env: true }, Identities: [{ Name: 'x', ChangeMode: 'signal', ChangeSignal: 'sighup' }] },
      want: {
        Identities: [
          { Name: '', Env: true },
          { Name: 'x', ChangeSignal: 'SIGHUP' },
        ],
      },
    },
    {
      given: { Identity: { Env: true }, Identities: [{ Name: 'default', File: true }] },
      want: { Identities: [{ Name: 'default', File: true }] },
    },
    {
      given: { CSIPluginConfig: { ID: 'p', Type: 'node' } },
      want: { CSIPluginConfig: { MountDir: '/csi', StagePublishBaseDir: '/local/csi', HealthTimeout: 30e9 } },
    },
    { given: { Consul: { Cluster: 'b' } }, want: { Consul: { Cluster: 'b' } } },
  ])('of a task: $given', ({ given, want }) => expect(task(given)).toMatchObject(want));
});
