import { expect, test } from 'vitest';
import { healthEntries } from '../../src/federation/health-entry.ts';

const Node = { Node: 'n', Address: '10.0.0.1', Meta: null };
const Service = { ID: 'w', Service: 'web', Address: '', Port: 80, Tags: [], Meta: {} };
const entry = { Node, Service, Checks: [{ CheckID: 'c', Status: 'passing' }] };

test.each<[string, object]>([
  ['the least', entry],
  ['without checks, as Consul answers an executed query', { ...entry, Checks: null }],
  ['without tags and weights', { ...entry, Service: { ...Service, Tags: null } }],
  ['with what is not looked at', { ...entry, More: { Node: 1 } }],
])('an instance %s makes sense', (_, value) => {
  const [taken] = healthEntries([value]);
  // As it came: whatever else is in it goes on.
  expect(taken).toBe(value);
});

test.each<[string, unknown]>([
  ['nothing', null],
  ['a text', 'web'],
  ['no node', { ...entry, Node: undefined }],
  ['an address that is a number', { ...entry, Node: { ...Node, Address: 1 } }],
  ['a port that is a text', { ...entry, Service: { ...Service, Port: '80' } }],
  ['tags that are a text', { ...entry, Service: { ...Service, Tags: 'a' } }],
  ['metadata that is a list of numbers', { ...entry, Service: { ...Service, Meta: [1] } }],
  ['weights that are texts', { ...entry, Service: { ...Service, Weights: { Passing: '1', Warning: '1' } } }],
  ['addresses that are none', { ...entry, Service: { ...Service, TaggedAddresses: { lan: null } } }],
  ['checks that are a map', { ...entry, Checks: {} }],
  ['a check without a status', { ...entry, Checks: [{ CheckID: 'c' }] }],
])('%s is left out', (_, value) => {
  expect(healthEntries([value, entry])).toEqual([entry]);
});

test.each([null, {}, 'web', 1, undefined])('%j is no list of instances', (value) => {
  expect(() => healthEntries(value)).toThrow('no list of service instances');
});
