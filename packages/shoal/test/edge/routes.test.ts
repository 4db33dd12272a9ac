import { expect, test } from 'vitest';
import { routesFrom, tcpRoutesFrom } from '../../src/edge/routes.ts';
import type { EdgeInstance, EdgeService } from '../../src/edge/service.ts';

const instance = (id: string, more: Partial<EdgeInstance> = {}): EdgeInstance => ({
  id,
  address: '10.0.0.1',
  port: 80,
  tags: ['shoal.route=a.org'],
  weight: 1,
  passing: true,
  ...more,
});
const service = (name: string, ...instances: EdgeInstance[]): EdgeService => ({ name, instances });
const shown = (services: EdgeService[]): string[] =>
  routesFrom(services).map(
    ({ host, path, services: names, backends }) =>
      `${host}${path} ${names.join('+')} → ${backends.map((one) => one.id).join(', ') || 'nobody'}`,
  );

test.each<{ name: string; given: EdgeService[]; want: string[] }>([
  { name: 'nothing', given: [], want: [] },
  {
    name: 'instances that pass are backends',
    given: [service('web', instance('n/1'), instance('n/2'))],
    want: ['a.org/ web → n/1, n/2'],
  },
  {
    name: 'one that does not pass keeps the route',
    given: [service('web', instance('n/1', { passing: false }))],
    want: ['a.org/ web → nobody'],
  },
  {
    name: 'services share a route',
    given: [service('new', instance('n/3')), service('old', instance('n/1'))],
    want: ['a.org/ new+old → n/1, n/3'],
  },
  {
    name: 'an instance has its own routes',
    given: [
      service(
        'web',
        instance('n/1', { tags: ['shoal.route=a.org', 'shoal.route=b.org'] }),
        instance('n/2', { tags: [] }),
      ),
    ],
    want: ['a.org/ web → n/1', 'b.org/ web → n/1'],
  },
])('$name', ({ given, want }) => {
  expect(shown(given)).toEqual(want);
});

test('the order in which the catalog tells things does not matter', () => {
  const a = service('a', instance('n/1'), instance('n/2', { tags: ['urlprefix-/x'] }));
  const b = service('b', instance('n/0'));
  const turned = service('a', ...a.instances.toReversed());
  expect(routesFrom([b, turned])).toEqual(routesFrom([a, b]));
});

test('services share a port; one that does not pass keeps its place and gets nothing', () => {
  const tags = ['shoal.route=tcp:5432'];
  const given = [
    service(
      'b',
      instance('n/2', { tags, port: 2 }),
      instance('n/3', { tags: [...tags, 'urlprefix-:99 proto=tcp'], port: 3 }),
    ),
    service('a', instance('n/1', { tags, port: 1, passing: false }), instance('n/4', { tags: ['shoal.route=a.org'] })),
  ];
  const backend = (id: string, port: number) => ({ id, address: '10.0.0.1', port, weight: 1, strip: '' });
  const place = (port: number) => ({ address: '10.0.0.1', port });
  expect(tcpRoutesFrom(given)).toEqual([
    { port: 99, services: ['b'], backends: [backend('n/3', 3)], places: [place(3)] },
    {
      port: 5432,
      services: ['a', 'b'],
      backends: [backend('n/2', 2), backend('n/3', 3)],
      places: [place(1), place(2), place(3)],
    },
  ]);
});
