import { commitPlanned } from '../../catalog/commit.ts';
import { isWriting, type KvOperation, type KvTxnPlan, planKvTxn, resultRow } from '../../catalog/kv-txn.ts';
import { type Answer, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { anything, type Decode, integer, list, optional, ShapeError, string, struct, uint64 } from '../shared/shape.ts';
import type { ConsulApiDeps } from './deps.ts';
import { NotOfferedError, TxnTooLargeError } from './errors.ts';
import { MAX_VALUE_BYTES } from './kv.ts';
import { kvObject } from './objects.ts';
import { checkReadParams } from './reading.ts';

/** As documented for Consul. */
const MAX_OPERATIONS = 64;

/** Several operations on keys, all or nothing. */
export function txnEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [{ path: '/v1/txn', bodyLimit: MAX_VALUE_BYTES, methods: { PUT: (request) => run(deps, request) } }];
}

const base64: Decode<Buffer> = (value, field) => {
  const text = string(value, field);
  const bad = text.search(/[^A-Za-z0-9+/=\r\n]/);
  if (bad >= 0) throw new ShapeError(`illegal base64 data at input byte ${bad}`);
  return Buffer.from(text, 'base64');
};

const kv = struct({ Verb: string, Key: string, Value: base64, Flags: uint64, Index: integer, Session: string });
const txnBody = list(struct({ KV: optional(kv), Node: anything, Service: anything, Check: anything }));

async function run(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  checkReadParams(deps, request.query);
  const operations = operationsOf(request.body);
  if (!operations.some((operation) => operation && isWriting(operation)))
    return answer(planKvTxn(deps.state.tables, operations), deps.state.index(), READ_ONLY, READ_HEADERS);
  const { result, index } = await commitPlanned(deps.state, (tables) => {
    const plan = planKvTxn(tables, operations);
    return { ...(plan.ok && { txn: plan.txn }), result: plan };
  });
  return answer(result, index, {}, {});
}

function operationsOf(body: Buffer): (KvOperation | undefined)[] {
  const items = decodeBody(body, txnBody, 'Failed to parse body: ');
  if (items.length > MAX_OPERATIONS) throw new TxnTooLargeError(items.length, MAX_OPERATIONS);
  return items.map((item) => {
    for (const other of [item.Node, item.Service, item.Check])
      if (other !== undefined && other !== null)
        throw new NotOfferedError('Transactions of nodes, services and checks');
    return item.KV && operationOf(item.KV);
  });
}

function operationOf({ Verb, Key, Value, Flags, Index, Session }: ReturnType<typeof kv>): KvOperation {
  return { verb: Verb, key: Key, value: Value, flags: Flags, index: Index, session: Session };
}

/** A transaction that only reads is answered as a read. */
const READ_ONLY = { Index: 0, LastContact: 0, KnownLeader: true, ConsistencyLevel: '' };
const READ_HEADERS = { 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0' };

function answer(plan: KvTxnPlan, index: number, meta: object, headers: Record<string, string>): Answer {
  if (!plan.ok) return json({ Results: null, Errors: plan.faults, ...meta }, headers, 409);
  const rows = plan.results.map((result) => ({ KV: kvObject(resultRow(result, index)) }));
  return json({ Results: rows, Errors: null, ...meta }, headers);
}
