import { expect, test } from 'vitest';
import { reachOf } from '../../../src/scheduler/feasible/datacenters.ts';
import { aNode } from '../support/builders.ts';

test.each([
  { name: 'a name', given: ['dc1'], datacenter: 'dc1', want: true },
  { name: 'another name', given: ['dc1'], datacenter: 'dc12', want: false },
  { name: 'any', given: ['*'], datacenter: 'eu-west', want: true },
  { name: 'a prefix', given: ['eu-*'], datacenter: 'eu-west', want: true },
  { name: 'a prefix that is not one', given: ['eu-*'], datacenter: 'us-eu-1', want: false },
  { name: 'one character', given: ['dc?'], datacenter: 'dc7', want: true },
  { name: 'a class of characters', given: ['dc[1-3]'], datacenter: 'dc4', want: false },
  { name: 'a negated class', given: ['dc[!1-3]'], datacenter: 'dc4', want: true },
  { name: 'alternatives', given: ['{eu,us}-1'], datacenter: 'us-1', want: true },
  { name: 'a class that cannot be', given: ['dc[z-a]'], datacenter: 'dcz', want: false },
  { name: 'dots are dots', given: ['a.*'], datacenter: 'abc', want: false },
  { name: 'several', given: ['x', 'y*'], datacenter: 'yy', want: true },
  { name: 'none', given: null, datacenter: 'dc1', want: false },
])('datacenters: $name', ({ given, datacenter, want }) => {
  expect(reachOf({ Datacenters: given }).includes(aNode({ Datacenter: datacenter }))).toBe(want);
});

test.each([
  { job: undefined, node: undefined, want: true },
  { job: 'default', node: undefined, want: true },
  { job: 'gpu', node: undefined, want: false },
  { job: 'gpu', node: 'gpu', want: true },
  { job: undefined, node: 'gpu', want: false },
  { job: 'all', node: 'gpu', want: true },
])('pool $job of a job, $node of a node: $want', ({ job, node, want }) => {
  const reach = reachOf({ Datacenters: ['dc1'], ...(job && { NodePool: job }) });
  expect(reach.includes(aNode({ ...(node && { NodePool: node }) }))).toBe(want);
});
