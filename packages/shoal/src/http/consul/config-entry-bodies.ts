import { type ConfigEntry, isKind } from '../../catalog/config-entries/plan.ts';
import {
  anything,
  boolean,
  type Decode,
  integer,
  list,
  map,
  open,
  optional,
  ShapeError,
  string,
} from '../shared/shape.ts';

/**
 * Bodies of Consul's central configuration. Fields that something here reads, or that answers always have, get Consul's names and forms,
 * however the body spells them; all others are kept as they came.
 */
const fields = map(anything);
const orNull =
  <T>(decode: Decode<T>): Decode<T | null> =>
  (value, field) =>
    optional(decode)(value, field) ?? null;
const orElse =
  (fallback: string): Decode<string> =>
  (value, field) =>
    string(value, field) || fallback;

const ingressService = open({ Name: string, Hosts: orNull(list(string)) });
const listener = open({ Port: integer, Protocol: orElse('tcp'), Services: list(ingressService) });
const file = optional(string);
const linkedService = open({ Name: string, CAFile: file, CertFile: file, KeyFile: file, SNI: file });

const BODIES: Readonly<Record<string, Decode<Record<string, unknown>>>> = {
  'service-defaults': open({ Protocol: file, Meta: optional(map(string)), MeshGateway: fields, Expose: fields }),
  'proxy-defaults': open({ Config: optional(fields), MeshGateway: fields, Expose: fields }),
  'ingress-gateway': open({ TLS: open({ Enabled: boolean }), Listeners: list(listener) }),
  'terminating-gateway': open({ Services: list(linkedService) }),
};
const OTHERS = open({});

const head = open({ Kind: anything, Name: string });

/** The body of `PUT /v1/config`. */
export const entryBody: Decode<ConfigEntry> = (value, field) => {
  const { Kind, Name, CreateIndex: _, ModifyIndex: __, ...rest } = head(value, field);
  if (Kind === undefined) throw new ShapeError('Payload does not contain a kind/Kind key at the top level');
  if (typeof Kind !== 'string') throw new ShapeError('Kind value in payload is not a string');
  if (!isKind(Kind)) throw new ShapeError(`invalid config entry kind: ${Kind}`);
  return { ...(BODIES[Kind] ?? OTHERS)(rest, field), Kind, Name };
};
