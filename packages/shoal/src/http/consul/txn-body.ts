import type { Operation } from '../../catalog/txn/txn.ts';
import { type Decode, integer, list, map, optional, ShapeError, string, struct, uint64 } from '../shared/shape.ts';
import { catalogCheckBody, catalogServiceBody } from './bodies.ts';

/** The body of `/v1/txn`: each item is one operation; one that says nothing stays as its place. */
export const txnBody: Decode<(Operation | undefined)[]> = (value, field) => items(value, field).map(operationOf);

const base64: Decode<Buffer> = (value, field) => {
  const text = string(value, field);
  const bad = text.search(/[^A-Za-z0-9+/=\r\n]/);
  if (bad >= 0) throw new ShapeError(`illegal base64 data at input byte ${bad}`);
  const digits = text.replaceAll(/[\r\n]/g, '');
  if (digits.length % 4 !== 0)
    throw new ShapeError(`illegal base64 data at input byte ${digits.length - (digits.length % 4)}`);
  return Buffer.from(text, 'base64');
};

const indexed = struct({ ModifyIndex: integer });
/** What is compared stands beside the object's own fields. */
function withIndex<T>(decode: Decode<T>): Decode<{ object: T; index: number }> {
  return (value, field) => ({ object: decode(value, field), index: indexed(value, field).ModifyIndex });
}

const nodeBody = struct({
  ID: string,
  Node: string,
  Address: string,
  TaggedAddresses: map(string),
  Meta: map(string),
});

const items = list(
  struct(
    {
      KV: optional(
        struct({ Verb: string, Key: string, Value: base64, Flags: uint64, Index: integer, Session: string }),
      ),
      Node: optional(struct({ Verb: string, Node: withIndex(nodeBody) })),
      Service: optional(struct({ Verb: string, Node: string, Service: withIndex(catalogServiceBody) })),
      Check: optional(struct({ Verb: string, Check: withIndex(catalogCheckBody) })),
      Session: optional(struct({ Verb: string, Session: struct({ ID: string }) })),
    },
    { strict: true },
  ),
);

type Item = ReturnType<typeof items>[number];

function operationOf({ KV, Node, Service, Check, Session }: Item): Operation | undefined {
  if (KV) {
    const { Verb, Key, Value, Flags, Index, Session: session } = KV;
    return { kind: 'kv', verb: Verb, key: Key, value: Value, flags: Flags, index: Index, session };
  }
  if (Node) {
    const { Meta, ...node } = Node.Node.object;
    return { kind: 'node', verb: Node.Verb, index: Node.Node.index, node: { ...node, NodeMeta: Meta } };
  }
  if (Service) {
    const { object, index } = Service.Service;
    return { kind: 'service', verb: Service.Verb, index, nodeName: Service.Node, service: object };
  }
  if (Check) return { kind: 'check', verb: Check.Verb, index: Check.Check.index, check: Check.Check.object };
  if (Session) return { kind: 'session', verb: Session.Verb, id: Session.Session.ID };
  return undefined;
}
