import { describe, expect, test } from 'vitest';
import { commitPlanned } from '../../../src/catalog/commit.ts';
import { findQuery, queryInstances } from '../../../src/catalog/queries/execute.ts';
import { planCreateQuery, planUpdateQuery, type QueryEntry } from '../../../src/catalog/queries/plan.ts';
import type { PreparedQueryService } from '../../../src/state/rows.ts';
import type { State } from '../../../src/state/state.ts';
import { emptyState, register } from '../catalog-state.ts';

type Given = Partial<Omit<QueryEntry, 'Service' | 'Template'>> & {
  Service?: Partial<PreparedQueryService>;
  Template?: Partial<QueryEntry['Template']>;
};

let made = 0;
function aQuery({ Service, Template, ...given }: Given = {}): QueryEntry {
  made += 1;
  return {
    ID: `00000000-0000-0000-0000-${String(made).padStart(12, '0')}`,
    Name: `q${made}`,
    Session: '',
    Token: '',
    Template: { Type: '', Regexp: '', RemoveEmptyTags: false, ...Template },
    Service: { ...EVERYTHING, ...Service },
    DNS: { TTL: '' },
    ...given,
  };
}

const EVERYTHING: PreparedQueryService = {
  Service: 'web',
  Failover: { NearestN: 0, Datacenters: null },
  OnlyPassing: false,
  IgnoreCheckIDs: null,
  Near: '',
  Tags: null,
  NodeMeta: null,
  ServiceMeta: null,
  Connect: false,
};
const PREFIX = { Type: 'name_prefix_match' };

const create = (state: State, query: QueryEntry) => commitPlanned(state, (tables) => planCreateQuery(tables, query));

describe('a query finds', () => {
  const cases: { name: string; given: Partial<PreparedQueryService>; want: string[] }[] = [
    { name: 'all but what is critical', given: {}, want: ['a', 'b'] },
    { name: 'only what passes', given: { OnlyPassing: true }, want: ['a'] },
    { name: 'what fails for a check that is ignored', given: { IgnoreCheckIDs: ['c-down'] }, want: ['a', 'b', 'c'] },
    { name: 'by tags, without case', given: { Tags: ['PRIMARY'] }, want: ['a'] },
    { name: 'by tags that must be missing', given: { Tags: ['!primary'] }, want: ['b'] },
    { name: "by its node's metadata", given: { NodeMeta: { rack: '2' } }, want: ['b'] },
    { name: 'by its metadata', given: { ServiceMeta: { v: '1' } }, want: ['a'] },
    { name: 'nothing of a service that is not there', given: { Service: 'none' }, want: [] },
  ];

  test.each(cases)('$name', async ({ given, want }) => {
    const state = await emptyState();
    const service = (ID: string, more = {}) => ({ Service: 'web', ID, ...more });
    const check = (id: string, Status: string) => ({ CheckID: `${id}-down`, Status, ServiceID: id });
    await register(state, { Service: service('a', { Tags: ['primary'], Meta: { v: '1' } }) });
    await register(state, {
      Node: 'n2',
      NodeMeta: { rack: '2' },
      Service: service('b'),
      Checks: [check('b', 'warning')],
    });
    await register(state, { Node: 'n3', Service: service('c'), Checks: [check('c', 'critical')] });
    const found = queryInstances(state.read(), { ...EVERYTHING, ...given });
    expect(found.map((instance) => instance.service.ServiceID).sort()).toEqual(want);
  });
});

describe('a name finds', () => {
  async function service(asked: string, ...queries: Given[]) {
    const state = await emptyState();
    for (const query of queries) await create(state, aQuery(query));
    return findQuery(state.read(), asked)?.Service;
  }

  test('the query of that name before any template', async () => {
    const found = await service(
      'geo-db',
      { Name: 'geo-', Template: PREFIX, Service: { Service: 'template' } },
      { Name: 'geo-db', Service: { Service: 'exact' } },
    );
    expect(found?.Service).toBe('exact');
  });

  test('the template with the longest prefix, filled in', async () => {
    const found = await service(
      'geo-db-primary',
      { Name: '', Template: PREFIX, Service: { Service: 'any' } },
      { Name: 'geo-', Template: PREFIX, Service: { Service: 'short' } },
      {
        Name: 'geo-db',
        Template: { ...PREFIX, Regexp: '^geo-db-(.*?)-?([^-]*)$', RemoveEmptyTags: true },
        Service: {
          Service: 'mysql-${name.suffix}',
          Tags: ['${match(1)}', '${match(2)}', '${match(9)}'],
          ServiceMeta: { full: '${name.full}', prefix: '$${name.prefix}' },
        },
      },
    );
    expect(found).toMatchObject({
      Service: 'mysql--primary',
      Tags: ['primary'],
      ServiceMeta: { full: 'geo-db-primary', prefix: '${name.prefix}' },
    });
  });

  test('nothing where none fits', async () => {
    expect(await service('x', { Name: 'y' }, { Name: 'xy', Template: PREFIX })).toBeUndefined();
  });
});

describe('a query is refused', () => {
  const cases: { name: string; given: Given; want: RegExp }[] = [
    { name: 'with a template of an unknown type', given: { Template: { Type: 'x' } }, want: /Bad Template.Type 'x'/ },
    {
      name: 'with a template that is not closed',
      given: { Template: PREFIX, Service: { Service: '${match(1)' } },
      want: /^failed compiling template: Bad format '\$\{match\(1\)' in Service.Service: parse error: syntax error$/,
    },
    {
      name: 'with a template of an unknown variable',
      given: { Template: PREFIX, Service: { Service: 'x', Tags: ['a', '${name.middle}'] } },
      want: /Bad evaluation for '\$\{name.middle\}' in Service.Tags\[1\]: unknown variable accessed: name.middle/,
    },
    {
      name: 'with targets beside datacenters',
      given: {
        Service: {
          Service: 'x',
          Failover: {
            NearestN: 0,
            Datacenters: ['dc2'],
            Targets: [{ Datacenter: 'dc3', Peer: '', Partition: '', Namespace: '' }],
          },
        },
      },
      want: /Targets cannot be populated with NearestN or Datacenters/,
    },
    {
      name: 'with a pattern that is none',
      given: { Template: { ...PREFIX, Regexp: '(' } },
      want: /^failed compiling template: Bad Regexp: /,
    },
    { name: 'with a name that is taken', given: { Name: 'taken' }, want: /aliases an existing query name/ },
    { name: 'with a prefix that is taken', given: { Name: 'pre', Template: PREFIX }, want: /already exists/ },
    { name: 'bound to no session', given: { Name: '' }, want: /Must be bound to a session/ },
  ];
  test.each(cases)('$name', async ({ given, want }) => {
    const state = await emptyState();
    await create(state, aQuery({ Name: 'taken' }));
    await create(state, aQuery({ Name: 'pre', Template: PREFIX }));
    await expect(create(state, aQuery(given))).rejects.toThrow(want);
  });

  test('when two of a name are made at the same time', async () => {
    const state = await emptyState();
    const both = await Promise.allSettled([0, 1].map(() => create(state, aQuery({ Name: 'same' }))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('but may be written again under its own name', async () => {
    const state = await emptyState();
    const query = aQuery();
    await create(state, query);
    await commitPlanned(state, (tables) => planUpdateQuery(tables, { ...query, DNS: { TTL: '5s' } }));
    expect(state.tables.preparedQueries.get(query.ID)?.DNS.TTL).toBe('5s');
  });
});
