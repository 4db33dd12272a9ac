import { FunctionError } from '../errors.ts';
import type { CheckAnswer, HealthAnswer, NodeAnswer } from './answers.ts';

/** An instance of a service as somebody has written it down. `index` tells apart those without an id. */
export function givenInstance(name: string, given: unknown, index: number): HealthAnswer {
  if (typeof given === 'string') return instance(name, fromText(name, given), index);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw odd(name, given);
  if ('Service' in given && typeof given.Service === 'object' && given.Service !== null) {
    return entry(given as unknown as HealthAnswer, name);
  }
  return instance(name, members(given), index);
}

export function givenNode(given: unknown): NodeAnswer {
  const fields = typeof given === 'string' ? new Map<string, unknown>([['node', given]]) : members(given as object);
  const name = text(fields, 'node') || text(fields, 'name') || 'local';
  return {
    ID: text(fields, 'id'),
    Node: name,
    Address: text(fields, 'address') || '127.0.0.1',
    Datacenter: text(fields, 'datacenter') || 'dc1',
    TaggedAddresses: texts(fields, 'taggedaddresses'),
    Meta: texts(fields, 'meta'),
  };
}

/** As Consul answers, with what it would never leave out. */
function entry({ Node, Service, Checks }: HealthAnswer, name: string): HealthAnswer {
  return {
    Node: { ...givenNode('local'), ...Node },
    Service: { ...Service, ID: Service.ID ?? name, Service: Service.Service ?? name, Port: Service.Port ?? 0 },
    Checks: Checks ?? [],
  };
}

type Fields = ReadonlyMap<string, unknown>;

function instance(name: string, fields: Fields, index: number): HealthAnswer {
  const node = givenNode({
    Node: text(fields, 'node'),
    Address: text(fields, 'nodeaddress') || text(fields, 'address'),
    Datacenter: text(fields, 'datacenter') || text(fields, 'nodedatacenter'),
    Meta: texts(fields, 'nodemeta'),
  });
  // Instances are sorted by their ids: those without one stay in order.
  const id = text(fields, 'id') || `${name}-${String(index).padStart(4, '0')}`;
  const tags = fields.get('tags') ?? [];
  if (!Array.isArray(tags)) throw new FunctionError(`the tags of an instance of "${name}" have to be a list`);
  return {
    Node: node,
    Service: {
      ID: id,
      Service: text(fields, 'name') || name,
      Tags: tags.map(String),
      Meta: texts(fields, 'servicemeta') ?? texts(fields, 'meta'),
      Port: Number(fields.get('port') ?? 0),
      Address: text(fields, 'address'),
      ...weights(fields),
    },
    Checks: [check(node, { id, name, status: text(fields, 'status') || 'passing' })],
  };
}

function weights(fields: Fields): { Weights?: { Passing: number; Warning: number } } {
  const given = fields.get('weights');
  return typeof given === 'object' && given !== null ? { Weights: { Passing: 1, Warning: 1, ...given } } : {};
}

function check({ Node }: NodeAnswer, { id, name, status }: Record<'id' | 'name' | 'status', string>): CheckAnswer {
  const CheckID = status === 'maintenance' ? `_service_maintenance:${id}` : `service:${id}`;
  const Status = status === 'maintenance' ? 'critical' : status;
  return { Node, CheckID, Name: name, Status, Notes: '', Output: '', ServiceID: id, ServiceName: name };
}

/** `10.0.0.1:80`, `[::1]:80`, or an address alone. */
function fromText(name: string, given: string): Fields {
  const [, address = '', port = '0'] = /^(.*?)(?::(\d+))?$/.exec(given.replace(/^\[(.*)\](:\d+)?$/, '$1$2')) ?? [];
  if (address === '') throw odd(name, given);
  return new Map<string, unknown>([
    ['address', address],
    ['port', Number(port)],
  ]);
}

/** Members by their names in small letters, without `_`. */
function members(given: object): Fields {
  return new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase().replaceAll('_', ''), value]));
}

function text(fields: Fields, name: string): string {
  const value = fields.get(name);
  return value === undefined || value === null ? '' : String(value);
}

function texts(fields: Fields, name: string): Record<string, string> | null {
  const value = fields.get(name);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

function odd(name: string, given: unknown): FunctionError {
  return new FunctionError(
    `${JSON.stringify(given)} is no instance of "${name}": write "10.0.0.1:80", or an object with Address and Port`,
  );
}
