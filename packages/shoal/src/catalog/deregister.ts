import { catalogKey, type Tables } from '../state/tables.ts';
import type { Op } from '../store/contract.ts';
import type { Planned } from './commit.ts';
import { CatalogInvalidError } from './errors.ts';

/** The body of `PUT /v1/catalog/deregister`: a service if it names one, else a check, else the whole node. */
export type CatalogDeregistration = { readonly Node: string; readonly ServiceID: string; readonly CheckID: string };

/** What is not there needs no removal. Throws CatalogInvalidError. */
export function planDeregister(tables: Tables, given: CatalogDeregistration): Planned<void> {
  if (given.Node === '') throw new CatalogInvalidError('Must provide node');
  return { txn: { ops: removals(tables, given) }, result: undefined };
}

function removals(tables: Tables, { Node, ServiceID, CheckID }: CatalogDeregistration): Op[] {
  if (ServiceID !== '') return removeService(tables, Node, ServiceID);
  if (CheckID === '') return removeNode(tables, Node);
  const key = catalogKey(Node, CheckID);
  return tables.catalogChecks.get(key) ? [remove('catalogChecks', key)] : [];
}

/** The service with its checks. */
export function removeService(tables: Tables, node: string, id: string): Op[] {
  const key = catalogKey(node, id);
  if (!tables.catalogServices.get(key)) return [];
  const checks = [...tables.catalogChecks.by('service', key)];
  return [
    remove('catalogServices', key),
    ...checks.map((row) => remove('catalogChecks', catalogKey(node, row.CheckID))),
  ];
}

/** The node with all that is registered on it. */
export function removeNode(tables: Tables, node: string): Op[] {
  const key = node.toLowerCase();
  const services = [...tables.catalogServices.by('node', key)];
  const checks = [...tables.catalogChecks.by('node', key)];
  return [
    ...(tables.catalogNodes.get(key) ? [remove('catalogNodes', key)] : []),
    ...services.map((row) => remove('catalogServices', catalogKey(node, row.ServiceID))),
    ...checks.map((row) => remove('catalogChecks', catalogKey(node, row.CheckID))),
  ];
}

function remove(table: string, key: string): Op {
  return { kind: 'delete', table, key };
}
