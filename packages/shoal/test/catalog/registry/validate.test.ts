import { describe, expect, test } from 'vitest';
import { type CheckRequest, checkFromRequest } from '../../../src/catalog/registry/validate.ts';

const aRequest = (changes: Partial<CheckRequest>): CheckRequest => ({
  ...{ ID: '', CheckID: '', Name: 'c', Notes: '', ServiceID: '', Status: '', Interval: 10e9, Timeout: 0, TTL: 0 },
  ...{ HTTP: '', Header: {}, Method: '', Body: '', TCP: '', TLSSkipVerify: false, AliasService: '', AliasNode: '' },
  ...{ GRPC: '', Args: [], ScriptArgs: [], DockerContainerID: '', SuccessBeforePassing: 0, FailuresBeforeCritical: 0 },
  DeregisterCriticalServiceAfter: 0,
  ...changes,
});
const run = (changes: Partial<CheckRequest>, scripts = false) => checkFromRequest(aRequest(changes), { scripts }).run;

describe('a check that runs a program', () => {
  test('is refused unless the operator allows it', () => {
    expect(() => run({ Args: ['/bin/true'] })).toThrow("configure 'enable_script_checks' to true");
  });

  test('is taken then, with the longer time of a program', () => {
    const want = { kind: 'script', args: ['/bin/true', '-x'], intervalMs: 10_000, timeoutMs: 30_000 };
    expect(run({ Args: ['/bin/true', '-x'] }, true)).toEqual(want);
    expect(run({ ScriptArgs: ['/bin/true', '-x'], Timeout: 5e9 }, true)).toEqual({ ...want, timeoutMs: 5_000 });
  });

  test('is not run inside of a container', () => {
    expect(() => run({ Args: ['x'], DockerContainerID: 'id' }, true)).toThrow('inside of a container');
  });
});

describe('a gRPC check', () => {
  const base = { kind: 'grpc', tls: false, tlsSkipVerify: false, intervalMs: 10_000, timeoutMs: 10_000 };
  test.each([
    { given: { GRPC: 'h:1' }, want: { ...base, address: 'h:1', service: '' } },
    { given: { GRPC: 'h:1/a.B' }, want: { ...base, address: 'h:1', service: 'a.B' } },
    { given: { GRPC: 'h:1', GRPCUseTLS: true }, want: { ...base, address: 'h:1', service: '', tls: true } },
  ])('$given', ({ given, want }) => {
    expect(run(given)).toEqual(want);
  });
});
