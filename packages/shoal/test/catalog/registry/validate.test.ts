import { describe, expect, test } from 'vitest';
import { type CheckRequest, checkFromRequest } from '../../../src/catalog/registry/validate.ts';

const aRequest = (changes: Partial<CheckRequest>): CheckRequest => ({
  ...{ ID: '', CheckID: '', Name: 'c', Notes: '', ServiceID: '', Status: '', Interval: 10e9, Timeout: 0, TTL: 0 },
  ...{ HTTP: '', Header: {}, Method: '', Body: '', TCP: '', TLSSkipVerify: false, AliasService: '', AliasNode: '' },
  ...{
    GRPC: '',
    GRPCUseTLS: false,
    Args: [],
    ScriptArgs: [],
    Shell: '',
    DockerContainerID: '',
    OSService: '',
    UDP: '',
  },
  ...{ H2PING: '', H2PingUseTLS: undefined, TCPUseTLS: false, TLSServerName: '', DisableRedirects: false },
  ...{ SuccessBeforePassing: 0, FailuresBeforeWarning: 0, FailuresBeforeCritical: 0, OutputMaxSize: 0 },
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

  test('is not started more than once a second', () => {
    expect(run({ Args: ['x'], Interval: 1e6 }, true)).toMatchObject({ intervalMs: 1_000 });
  });

  test('inside of a container needs the same permission', () => {
    const given = { Args: ['x', 'y'], DockerContainerID: 'app', Shell: '/bin/sh' };
    expect(() => run(given)).toThrow("configure 'enable_script_checks' to true");
    const want = { kind: 'docker', container: 'app', shell: '/bin/sh', args: ['x', 'y'] };
    expect(run(given, true)).toEqual({ ...want, intervalMs: 10_000, timeoutMs: 30_000 });
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

describe('a check of another kind', () => {
  const timing = { intervalMs: 10_000, timeoutMs: 10_000 };
  const tls = { tlsSkipVerify: true, tlsServerName: 'web.example' };
  const byTls = { TLSSkipVerify: true, TLSServerName: 'web.example' };
  test.each([
    { given: { UDP: 'h:1' }, want: { kind: 'udp', address: 'h:1', ...timing } },
    { given: { OSService: 'web' }, want: { kind: 'os_service', service: 'web', ...timing } },
    { given: { H2PING: 'h:1' }, want: { kind: 'h2ping', address: 'h:1', tls: true, tlsSkipVerify: false, ...timing } },
    {
      given: { H2PING: 'h:1', H2PingUseTLS: false, ...byTls },
      want: { kind: 'h2ping', address: 'h:1', tls: false, ...tls, ...timing },
    },
    { given: { TCP: 'h:1' }, want: { kind: 'tcp', address: 'h:1', ...timing } },
    {
      given: { TCP: 'h:1', TCPUseTLS: true, ...byTls },
      want: { kind: 'tcp', address: 'h:1', tls: true, ...tls, ...timing },
    },
    { given: { Interval: 0, AliasService: 'web' }, want: { kind: 'alias', serviceId: 'web' } },
    { given: { Interval: 0, AliasNode: 'n' }, want: { kind: 'alias', serviceId: '', node: 'n' } },
    {
      given: { HTTP: 'http://h', DisableRedirects: true, TLSServerName: 'x' },
      want: expect.objectContaining({ noRedirects: true, tlsServerName: 'x' }),
    },
  ])('$given', ({ given, want }) => {
    expect(run(given)).toEqual(want);
  });
});

describe('thresholds and sizes', () => {
  const definition = (changes: Partial<CheckRequest>) =>
    checkFromRequest(aRequest({ Interval: 0, TTL: 1e9, ...changes }));
  test('are kept', () => {
    expect(definition({ FailuresBeforeWarning: 2, FailuresBeforeCritical: 3, OutputMaxSize: 100 })).toMatchObject({
      failuresBeforeWarning: 2,
      failuresBeforeCritical: 3,
      maxOutput: 100,
    });
  });

  test('are bounded by the agent', () => {
    const given = aRequest({ Interval: 0, TTL: 1e9, OutputMaxSize: 10_000 });
    expect(checkFromRequest(given, { scripts: false })).not.toHaveProperty('maxOutput');
    expect(checkFromRequest(given, { scripts: false, maxOutput: 5_000 })).toMatchObject({ maxOutput: 5_000 });
    expect(checkFromRequest({ ...given, OutputMaxSize: 0 }, { scripts: false, maxOutput: 100 }).maxOutput).toBe(100);
  });

  test.each([
    { given: { OutputMaxSize: -1 }, want: 'Invalid check: MaxOutputMaxSize must be positive' },
    { given: { FailuresBeforeWarning: 3, FailuresBeforeCritical: 2 }, want: /can't be higher/ },
    { given: { TTL: 0 }, want: 'Invalid check: TTL must be > 0 for TTL checks' },
    { given: { TTL: 0, UDP: 'h:1' }, want: /Interval must be > 0/ },
    { given: { Interval: 1e9 }, want: /cannot both be specified/ },
  ])('$given are refused', ({ given, want }) => {
    expect(() => definition(given)).toThrow(want);
  });
});
