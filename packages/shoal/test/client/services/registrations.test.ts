import type { Service } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { groupServiceRegistrations, taskServiceRegistrations } from '../../../src/client/services/registrations.ts';
import { routeTag } from '../../../src/client/services/route-tag.ts';
import { aCheck, aGroup, anAllocation, aService, aTask } from '../support/builders.ts';

const variables = new Map([
  ['NOMAD_ALLOC_ID', 'abc'],
  ['node.datacenter', 'dc1'],
]);
const allocation = anAllocation(undefined, { ID: '00000000-0000-0000-0000-000000000001' });
allocation.AllocatedResources.Shared.Ports = [
  { Label: 'http', Value: 22222, To: 8080, HostIP: '10.0.0.7' },
  { Label: 'v6', Value: 22223, To: 0, HostIP: 'fd00::1' },
];
const ofGroup = (changes: Partial<Service>, alloc = allocation) =>
  groupServiceRegistrations(alloc, aGroup({ Services: [aService(changes)] }), variables)[0];

describe('a group service', () => {
  test('has the id, address and port that its label names', () => {
    expect(
      ofGroup({ PortLabel: 'http', Tags: ['v1', 'in-${node.datacenter}'], Meta: { alloc: '${NOMAD_ALLOC_ID}' } }),
    ).toEqual({
      id: '_nomad-task-00000000-0000-0000-0000-000000000001-group-g-web-http',
      name: 'web',
      tags: ['v1', 'in-dc1'],
      meta: { alloc: 'abc', 'external-source': 'nomad' },
      address: '10.0.0.7',
      port: 22222,
      enableTagOverride: false,
      weights: { Passing: 1, Warning: 1 },
      taggedAddresses: {},
      checks: [],
    });
  });

  test('has the weights and further addresses that it is given', () => {
    const TaggedAddresses = {
      ...{ wan: '192.0.2.${NOMAD_ALLOC_ID}', lan: 'host:81', six: '[2001:db8::1]:82', bare: '2001:db8::1' },
    };
    const service = ofGroup({ PortLabel: 'http', Weights: { Passing: 5, Warning: 0 }, TaggedAddresses });
    expect(service).toMatchObject({
      weights: { Passing: 5, Warning: 0 },
      taggedAddresses: {
        wan: { Address: '192.0.2.abc', Port: 22222 },
        lan: { Address: 'host', Port: 81 },
        six: { Address: '2001:db8::1', Port: 82 },
        bare: { Address: '2001:db8::1', Port: 22222 },
      },
    });
  });

  test('has checks with their notes, names for TLS and thresholds', () => {
    const check = aCheck({ Notes: 'of ${NOMAD_ALLOC_ID}', TLSServerName: 'x', FailuresBeforeWarning: 2 });
    expect(ofGroup({ PortLabel: 'http', Checks: [check] })?.checks).toMatchObject([
      { notes: 'of abc', tlsServerName: 'x', failuresBeforeWarning: 2 },
    ]);
  });

  test.each([
    { name: 'a number is a port', given: { PortLabel: '8080' }, want: ['', 8080] },
    { name: 'no port at all', given: {}, want: ['', 0] },
    {
      name: 'an address of its own',
      given: { PortLabel: 'http', Address: 'www.example.org' },
      want: ['www.example.org', 22222],
    },
  ])('$name', ({ given, want }) => {
    const service = ofGroup(given);
    expect([service?.address, service?.port]).toEqual(want);
  });

  test.each([
    {
      name: 'an unknown label',
      given: { PortLabel: 'htpp' },
      want: 'service "web": there is no port "htpp" in the group\'s network; it has: http, v6',
    },
    {
      name: 'a driver network',
      given: { PortLabel: 'http', AddressMode: 'driver' },
      want: /needs a driver with its own network/,
    },
    {
      name: 'the address of an allocation that has none',
      given: { PortLabel: 'http', AddressMode: 'alloc' },
      want: /address_mode = "alloc" needs a group with an address of its own/,
    },
  ])('refuses $name', ({ given, want }) => {
    expect(() => ofGroup(given)).toThrow(want);
  });

  test('in a network of its own is reached inside', () => {
    const bridged = { ...allocation, NetworkStatus: { InterfaceName: 'eth0', Address: '172.26.64.2', DNS: null } };
    const service = ofGroup({ PortLabel: 'http', AddressMode: 'alloc' }, bridged);
    expect([service?.address, service?.port]).toEqual(['172.26.64.2', 8080]);
  });
});

test('a task service carries the name of its task', () => {
  const task = aTask({ Name: 'api', Services: [aService({ PortLabel: 'http' })] });
  expect(taskServiceRegistrations(allocation, task, variables)[0]?.id).toBe(
    '_nomad-task-00000000-0000-0000-0000-000000000001-api-web-http',
  );
});

describe('tags', () => {
  const service = { Tags: ['live'], Routes: [{ Host: 'a.org', Path: '/' }], CanaryMeta: { canary: 'yes' } };
  const canary = { ...allocation, DeploymentStatus: { Healthy: null, Timestamp: '', Canary: true, ModifyIndex: 1 } };
  test.each([
    {
      name: 'of an ordinary instance',
      given: { ...service, CanaryTags: ['try'] },
      alloc: allocation,
      want: ['live', 'shoal.route=a.org/'],
    },
    { name: 'of a canary', given: { ...service, CanaryTags: ['try'] }, alloc: canary, want: ['try'] },
    {
      name: 'of a canary without tags of its own',
      given: service,
      alloc: canary,
      want: ['live', 'shoal.route=a.org/'],
    },
  ])('$name', ({ given, alloc, want }) => {
    expect(ofGroup(given, alloc)?.tags).toEqual(want);
  });

  test.each([
    { route: { Host: 'a.org', Path: '' }, want: 'shoal.route=a.org/' },
    { route: { Host: '', Path: '/api', StripPath: true }, want: 'shoal.route=/api;strip' },
    { route: { Host: 'a.org', Path: 'api', StripPath: true, TLS: true }, want: 'shoal.route=a.org/api;strip;tls' },
    { route: { Host: 'a.org', Path: '/', TLS: true }, want: 'shoal.route=a.org/;tls' },
    { route: { Host: '', Path: '', TCP: 5432 }, want: 'shoal.route=tcp:5432' },
  ])('a route becomes $want', ({ route, want }) => {
    expect(routeTag(route)).toBe(want);
  });
});

describe('checks', () => {
  const checksOf = (...checks: Parameters<typeof aCheck>[0][]) =>
    ofGroup({ PortLabel: 'http', Checks: checks.map((check) => aCheck(check)) })?.checks ?? [];

  test("go to the service's own address, unless they say where", () => {
    const service = ofGroup({
      PortLabel: 'http',
      Address: '${NOMAD_ALLOC_ID}.example.org',
      Checks: [aCheck({ Name: 'there' }), aCheck({ Name: 'here', AddressMode: 'host' })],
    });
    expect(service?.checks.map(({ target }) => target)).toEqual([
      'http://abc.example.org:22222/health',
      'http://10.0.0.7:22222/health',
    ]);
  });

  test('carry everything that the block says', () => {
    const [check] = checksOf({
      ...{ Name: 'up in ${node.datacenter}', Method: 'HEAD', Header: { Host: ['x'] }, InitialStatus: 'passing' },
      ...{ SuccessBeforePassing: 2, FailuresBeforeCritical: 3, TLSSkipVerify: true, Protocol: 'https' },
    });
    expect(check).toMatchObject({
      name: 'up in dc1',
      type: 'http',
      target: 'https://10.0.0.7:22222/health',
      method: 'HEAD',
      headers: { Host: ['x'] },
      intervalMs: 10_000,
      timeoutMs: 2_000,
      initialStatus: 'passing',
      successBeforePassing: 2,
      failuresBeforeCritical: 3,
      tlsSkipVerify: true,
    });
    expect(check?.id).toMatch(/^_nomad-check-[0-9a-f]{40}$/);
  });

  test.each([
    { name: 'tcp', given: { Type: 'tcp' }, want: '10.0.0.7:22222' },
    { name: 'another port', given: { Type: 'tcp', PortLabel: 'v6' }, want: '[fd00::1]:22223' },
    { name: 'a path without a slash', given: { Path: 'up' }, want: 'http://10.0.0.7:22222/up' },
  ])('$name', ({ given, want }) => {
    expect(checksOf(given)[0]?.target).toBe(want);
  });

  test('have a name, and ids of their own', () => {
    const [one, two] = checksOf({ Path: '/a' }, { Path: '/b' });
    expect(one?.name).toBe('service: "web" check');
    expect(one?.id).not.toBe(two?.id);
  });

  test('of kinds that the agent does not run are left out', () => {
    expect(checksOf({ Type: 'carrier-pigeon' }, { Type: 'tcp' })).toHaveLength(1);
  });

  test('of scripts are for the client to report, and outlast its timeout', () => {
    const [check] = checksOf({ Type: 'script', Interval: 10e9, Timeout: 2e9 });
    expect([check?.type, check?.target, check?.intervalMs]).toEqual(['ttl', '', 43_000]);
  });
});
