import { describe, expect, test } from 'vitest';
import { hostsOf, mentionsIn } from '../../../src/jobspec/import/addresses.ts';

const found = (value: string, key = 'ADDRESS') =>
  mentionsIn(key, value, hostsOf(['db', 'db-2', 'app', 'redis'].map((name) => [name, {}]))).map(({ name, port }) =>
    port === undefined ? name : `${name}:${port}`,
  );

describe('hosts in a value', () => {
  test.each<[string, string[]]>([
    ['db', ['db']],
    ['db:5432', ['db:5432']],
    ['db-2:1,db:65', ['db:65']],
    ['db-2:11,db:65', ['db-2:11', 'db:65']],
    ['db,db-2', ['db', 'db-2']],
    ['tcp://db/db', ['db']],
    ['redis://:@redis:6379/0', ['redis:6379']],
    ['sql+x://app:app@db/app', ['db']],
    ['sql://app:5432@db:5432/app', ['db:5432']],
    ['jdbc:x;host=db;user=app', ['db']],
    ['1@db:9093', ['db:9093']],
    ['PLAIN://:9,IN://db:99', ['db:99']],
    ['/var/lib/app/tmp', []],
    ['file:///db', []],
    ['app/x', []],
    ['db.local', []],
    ['my-db', []],
    ['hello app', []],
    ['db:99999', []],
    ['"db:5432"', []],
  ])('%s', (value, want) => expect(found(value)).toEqual(want));
});

test.each([
  ...['DB_USER', 'POSTGRES_DB', 'DB_NAME', 'node.name', 'CACHE_DRIVER', 'DB_CONNECTION', 'password', 'PROFILES_ACTIVE'],
])('%s names something else', (key) => {
  expect(found('redis', key)).toEqual([]);
  expect(found('redis:6379', key)).toEqual(['redis:6379']);
});

test.each(['DB_HOST', 'HOSTNAME', 'REDIS', 'WORDPRESS_DB_SERVER'])('%s names a host', (key) => {
  expect(found('redis', key)).toEqual(['redis']);
});

test('there may be no others', () => expect(mentionsIn('A', 'b', new Map())).toEqual([]));

test('services have other names as well', () => {
  const hosts = hostsOf([
    ['db', { container_name: 'shop_db', networks: { back: { aliases: ['store'] } } }],
    ['web', { links: ['db:database', 'db'], networks: ['back'] }],
  ]);
  const named = (value: string) => mentionsIn('HOST', value, hosts).map(({ name }) => name);
  for (const value of ['db', 'shop_db', 'store', 'tcp://database:1234']) expect(named(value)).toEqual(['db']);
});
