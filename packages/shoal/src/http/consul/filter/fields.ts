/** What can be asked of the objects that endpoints filter. */
export type Fields = { readonly [name: string]: Field };
export type Field =
  | 'string'
  | 'int'
  | 'bool'
  | 'strings'
  | 'map'
  | { readonly list: Fields }
  | { readonly object: Fields };

const weights: Field = { object: { Passing: 'int', Warning: 'int' } };

export const nodeFields: Fields = {
  ID: 'string',
  Node: 'string',
  Address: 'string',
  Datacenter: 'string',
  TaggedAddresses: 'map',
  Meta: 'map',
};

export const checkFields: Fields = {
  Node: 'string',
  CheckID: 'string',
  Name: 'string',
  Status: 'string',
  Notes: 'string',
  Output: 'string',
  ServiceID: 'string',
  ServiceName: 'string',
  ServiceTags: 'strings',
};

export const serviceFields: Fields = {
  Kind: 'string',
  ID: 'string',
  Service: 'string',
  Tags: 'strings',
  Address: 'string',
  Meta: 'map',
  Port: 'int',
  Weights: weights,
  EnableTagOverride: 'bool',
};

export const catalogServiceFields: Fields = {
  ID: 'string',
  Node: 'string',
  Address: 'string',
  Datacenter: 'string',
  TaggedAddresses: 'map',
  NodeMeta: 'map',
  ServiceKind: 'string',
  ServiceID: 'string',
  ServiceName: 'string',
  ServiceTags: 'strings',
  ServiceAddress: 'string',
  ServiceWeights: weights,
  ServiceMeta: 'map',
  ServicePort: 'int',
  ServiceEnableTagOverride: 'bool',
};

export const serviceEntryFields: Fields = {
  Node: { object: nodeFields },
  Service: { object: serviceFields },
  Checks: { list: checkFields },
};
