import { commitPlanned } from '../../catalog/commit.ts';
import { isWriting, type Operation, planTxn, type TxnPlan, type TxnResult } from '../../catalog/txn/txn.ts';
import { type Answer, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ConsulApiDeps } from './deps.ts';
import { TxnTooLargeError } from './errors.ts';
import { MAX_VALUE_BYTES } from './kv.ts';
import { checkObject, kvObject, nodeObject, serviceObject } from './objects.ts';
import { checkReadParams } from './reading.ts';
import { txnBody } from './txn-body.ts';

/** As documented for Consul. */
const MAX_OPERATIONS = 64;

/** Several operations on keys, nodes, services, checks and sessions, all or nothing. */
export function txnEndpoints(deps: ConsulApiDeps): Endpoint[] {
  const bodyLimit = deps.limits?.txn ?? MAX_VALUE_BYTES;
  return [{ path: '/v1/txn', bodyLimit, methods: { PUT: (request) => run(deps, request) } }];
}

async function run(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  checkReadParams(deps, request.query);
  const operations = operationsOf(request.body);
  const { state, sessions, facts } = deps;
  const context = { delays: sessions, datacenter: facts.datacenter, mostOps: state.limits.opsPerTxn };
  if (!operations.some((operation) => operation && isWriting(operation)))
    return answer(planTxn(state.tables, operations, context), state.index(), READ_ONLY, READ_HEADERS);
  const { result, index } = await commitPlanned(state, (tables) => {
    const plan = planTxn(tables, operations, context);
    return { ...(plan.ok && { txn: plan.txn }), result: plan };
  });
  return answer(result, index, {}, {});
}

function operationsOf(body: Buffer): (Operation | undefined)[] {
  const items = decodeBody(body, txnBody, 'Failed to parse body: ');
  if (items.length > MAX_OPERATIONS) throw new TxnTooLargeError(items.length, MAX_OPERATIONS);
  return items;
}

/** A transaction that only reads is answered as a read. */
const READ_ONLY = { Index: 0, LastContact: 0, KnownLeader: true, ConsistencyLevel: '' };
const READ_HEADERS = { 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0' };

function answer(plan: TxnPlan, index: number, meta: object, headers: Record<string, string>): Answer {
  if (!plan.ok) return json({ Results: null, Errors: plan.faults, ...meta }, headers, 409);
  return json({ Results: plan.results.map((result) => shown(result, index)), Errors: null, ...meta }, headers);
}

function shown(result: TxnResult, index: number) {
  switch (result.kind) {
    case 'kv':
      return { KV: kvObject(result.row(index)) };
    case 'node':
      return { Node: nodeObject(result.row(index)) };
    case 'service':
      return { Service: serviceObject(result.row(index)) };
    case 'check':
      return { Check: checkObject(result.row(index)) };
  }
}
