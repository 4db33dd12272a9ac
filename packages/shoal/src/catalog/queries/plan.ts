import { parseDuration } from '../../duration.ts';
import { compileRegexp } from '../../regexp.ts';
import type { PreparedQueryRow } from '../../state/rows.ts';
import type { Tables } from '../../state/tables.ts';
import type { Precondition, Txn } from '../../store/contract.ts';
import type { Planned } from '../commit.ts';
import type { Unstamped } from '../registration.ts';
import { QueryInvalidError } from './errors.ts';
import { TEMPLATE_TYPE, templateFault } from './template.ts';

export type QueryEntry = Unstamped<PreparedQueryRow>;

/** Throws QueryInvalidError. */
export function planCreateQuery(tables: Tables, query: QueryEntry): Planned<void> {
  return { txn: written(tables, query, validate(tables, query)), result: undefined };
}

/** Throws QueryInvalidError. */
export function planUpdateQuery(tables: Tables, query: QueryEntry): Planned<void> {
  const held = known(tables, query.ID);
  return { txn: written(tables, query, [held, ...validate(tables, query)]), result: undefined };
}

/** Throws QueryInvalidError. */
export function planDeleteQuery(tables: Tables, id: string): Planned<void> {
  const held = known(tables, id);
  return { txn: { ops: [{ kind: 'delete', table: 'preparedQueries', key: id }], require: [held] }, result: undefined };
}

const UUID_LENGTH = 36;

/** Throws QueryInvalidError. */
export function checkQueryId(id: string, prefix = ''): void {
  if (id.length !== UUID_LENGTH)
    throw new QueryInvalidError(`${prefix}failed prepared query lookup: index error: UUID must be 36 characters`);
}

/** A name is taken once: all that write queries write this row as well, one after the other. */
const TURN = 'preparedQueries';

function written(tables: Tables, query: QueryEntry, require: readonly Precondition[]): Txn {
  const modifyIndex = tables.meta.get(TURN)?.ModifyIndex ?? 0;
  return {
    ops: [
      { kind: 'put', table: 'preparedQueries', key: query.ID, value: query },
      { kind: 'put', table: 'meta', key: TURN, value: {} },
    ],
    require: [...require, { table: 'meta', key: TURN, modifyIndex }],
  };
}

function known(tables: Tables, id: string): Precondition {
  checkQueryId(id, 'Prepared Query lookup failed: ');
  const row = tables.preparedQueries.get(id);
  if (!row) throw new QueryInvalidError(`Cannot modify non-existent prepared query: '${id}'`);
  return { table: 'preparedQueries', key: id, modifyIndex: row.ModifyIndex };
}

/** What must stay as it is while the query is written. */
function validate(tables: Tables, query: QueryEntry): Precondition[] {
  checkFields(query);
  const isTemplate = query.Template.Type !== '';
  const isTaken = [...tables.preparedQueries.values()].some(
    (other) =>
      other.ID !== query.ID &&
      other.Name.toLowerCase() === query.Name.toLowerCase() &&
      (other.Template.Type !== '') === isTemplate &&
      // Queries without a name are called by their id.
      (isTemplate || query.Name !== ''),
  );
  if (isTaken)
    throw new QueryInvalidError(
      isTemplate
        ? `query template with name '${query.Name}' already exists`
        : `name '${query.Name}' aliases an existing query name`,
    );
  return query.Session === '' ? [] : [sessionOf(tables, query.Session)];
}

function sessionOf(tables: Tables, id: string): Precondition {
  const row = id.length === UUID_LENGTH ? tables.sessions.get(id) : undefined;
  if (!row) throw new QueryInvalidError(`invalid session ${JSON.stringify(id)}`);
  return { table: 'sessions', key: id, modifyIndex: row.ModifyIndex };
}

function checkFields({ Name, Session, Template, Service, DNS }: QueryEntry): void {
  const invalid = (reason: string) => new QueryInvalidError(`Invalid prepared query: ${reason}`);
  if (Name === '' && Template.Type === '' && Session === '') throw invalid('Must be bound to a session');
  if (Service.Service === '') throw invalid('Must provide a Service name to query');
  if (Service.Failover.NearestN < 0) throw invalid(`Bad NearestN '${Service.Failover.NearestN}', must be >= 0`);
  const { NearestN, Datacenters, Targets = [] } = Service.Failover;
  if (Targets.length > 0 && (NearestN !== 0 || (Datacenters ?? []).length > 0))
    throw invalid('Targets cannot be populated with NearestN or Datacenters');
  const ttl = DNS.TTL === '' ? 0 : parseDuration(DNS.TTL);
  if (ttl === undefined) throw invalid(`Bad DNS TTL '${DNS.TTL}': time: invalid duration ${JSON.stringify(DNS.TTL)}`);
  if (ttl < 0) throw invalid(`DNS TTL '${ttl}', must be >=0`);
  if (Template.Type !== '') checkTemplate(Template, Service);
}

function checkTemplate(Template: QueryEntry['Template'], Service: QueryEntry['Service']): void {
  const invalid = (reason: string) => new QueryInvalidError(`failed compiling template: ${reason}`);
  if (Template.Type !== TEMPLATE_TYPE) throw invalid(`Bad Template.Type '${Template.Type}'`);
  const regexp = compileRegexp(Template.Regexp);
  if ('error' in regexp) throw invalid(`Bad Regexp: ${regexp.error}`);
  const fault = templateFault(Service);
  if (fault) throw invalid(fault);
}
