import { expect, test } from 'vitest';
import { interpolate, interpolateDeep } from '../../../src/client/env/interpolate.ts';

const variables = new Map([
  ['node.datacenter', 'dc1'],
  ['attr.kernel.name', 'linux'],
  ['NOMAD_PORT_http', '8080'],
  ['GREETING', 'hi ${node.datacenter}'],
]);

test.each([
  { name: 'text without references', given: 'a $b {c}', want: 'a $b {c}' },
  { name: 'several references', given: '${node.datacenter}/${attr.kernel.name}', want: 'dc1/linux' },
  { name: 'spaces within', given: '${ node.datacenter }', want: 'dc1' },
  { name: 'an index into env', given: '${env["NOMAD_PORT_http"]}', want: '8080' },
  { name: 'an unknown name stays', given: '${meta.nope}', want: '${meta.nope}' },
  { name: 'what comes in is not looked at again', given: '${GREETING}', want: 'hi ${node.datacenter}' },
])('$name', ({ given, want }) => {
  expect(interpolate(given, variables)).toBe(want);
});

test('lists and maps are filled in to any depth, other values kept', () => {
  const given = { args: ['-p', '${NOMAD_PORT_http}'], n: 1, on: true, deep: [{ '${node.datacenter}': null }] };
  expect(interpolateDeep(given, variables)).toEqual({ args: ['-p', '8080'], n: 1, on: true, deep: [{ dc1: null }] });
});
