import { expect, test } from 'vitest';
import { agentFlagSet, pairs } from '../../../src/cli/agent/flags.ts';
import { tasksAt } from '../../../src/cli/agent/run-agent.ts';
import { startFailure } from '../../../src/cli/agent/start-failure.ts';
import { parseFlags } from '../../../src/cli/flags.ts';
import { AGENT_FLAGS } from '../../../src/config/flags.ts';
import { DnsListenError } from '../../../src/dns/errors.ts';
import { PortTakenError } from '../../../src/http/shared/listener.ts';

const ENDINGS = [
  { name: 'SIGTERM keeps tasks', cause: 'SIGTERM', terminate: false, interrupt: true, want: 'keep' },
  {
    name: 'SIGTERM with leave_on_terminate ends them',
    cause: 'SIGTERM',
    terminate: true,
    interrupt: false,
    want: 'stop',
  },
  { name: 'SIGINT keeps tasks', cause: 'SIGINT', terminate: true, interrupt: false, want: 'keep' },
  {
    name: 'SIGINT with leave_on_interrupt ends them',
    cause: 'SIGINT',
    terminate: false,
    interrupt: true,
    want: 'stop',
  },
  { name: 'leaving ends them', cause: 'leave', terminate: false, interrupt: false, want: 'stop' },
] as const;

test.each(ENDINGS)('$name', ({ cause, terminate, interrupt, want }) => {
  expect(tasksAt(cause, { leaveOnTerminate: terminate, leaveOnInterrupt: interrupt })).toBe(want);
});

test('flags of the agent become those of its configuration', () => {
  const { flags } = parseFlags(agentFlagSet().specs, [
    '-dev',
    '-http-port',
    '0',
    '-ui=false',
    '-meta',
    'a=b,c=d',
    '-dc=x',
    '-join',
    'h',
  ]);
  expect(agentFlagSet().read(flags)).toEqual({
    dev: true,
    httpPort: 0,
    ui: false,
    meta: { a: 'b', c: 'd' },
    datacenter: 'x',
    join: ['h'],
  });
});

test('what a tool has for something else is not taken for a flag of the configuration', () => {
  const set = agentFlagSet({
    without: ['client', 'bind'],
    names: { consulHttpPort: ['http-port'], httpPort: ['other'] },
  });
  expect(set.read({ client: '127.0.0.1', bind: '0.0.0.0', 'http-port': 8500 })).toEqual({ consulHttpPort: 8500 });
  expect(Object.keys(set.specs)).not.toContain('client');
});

test('every flag of the configuration can be given', () => {
  expect(Object.keys(agentFlagSet().specs)).toEqual(AGENT_FLAGS.map(({ names }) => names[0]));
});

test('pairs', () => {
  expect(pairs(['a=b=c', 'd=e, f=g'])).toEqual({ a: 'b=c', d: 'e', f: 'g' });
  expect(() => pairs(['a'])).toThrow('"a" is no KEY=VALUE');
});

test('a port that is taken is named with its flag', () => {
  const ports = { http: 4646, consulHttp: 8500, dns: 8600, rpc: 4647, edgeHttp: 8080, edgeHttps: 8443 };
  const system = Object.assign(new Error('listen'), { code: 'EADDRINUSE', port: 4647, address: '127.0.0.1' });
  expect(String(startFailure(system, { ports }))).toMatch(/127\.0\.0\.1:4647: the port is taken.* -rpc-port\./);
  const own = new PortTakenError('The Consul API', '127.0.0.1', 8500, undefined);
  expect(String(startFailure(own, { ports }))).toMatch(/The Consul API cannot listen.* -consul-http-port\./);
  const dns = new DnsListenError({ host: '127.0.0.1', port: 8600 }, { name: 'Error', message: '', code: 'EADDRINUSE' });
  expect(String(startFailure(dns, { ports }))).toMatch(/DNS cannot listen.* -dns-port\./);
  const other = new Error('x');
  expect(startFailure(other, { ports })).toBe(other);
});
