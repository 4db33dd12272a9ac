import type { Field, Fields } from '../shared/filter/fields.ts';

const taggedAddresses: Field = { each: { Address: 'string', Port: 'int' } };
const connect: Field = { object: { Native: 'bool' } };
const proxy: Field = {
  object: {
    DestinationServiceName: 'string',
    DestinationServiceID: 'string',
    LocalServiceAddress: 'string',
    LocalServicePort: 'int',
    Upstreams: {
      list: {
        DestinationType: 'string',
        DestinationNamespace: 'string',
        DestinationName: 'string',
        Datacenter: 'string',
        LocalBindAddress: 'string',
        LocalBindPort: 'int',
        MeshGateway: { object: { Mode: 'string' } },
      },
    },
    MeshGateway: { object: { Mode: 'string' } },
    Expose: {
      object: {
        Checks: 'bool',
        Paths: {
          list: {
            ListenerPort: 'int',
            Path: 'string',
            LocalPathPort: 'int',
            Protocol: 'string',
            ParsedFromCheck: 'bool',
          },
        },
      },
    },
    TransparentProxy: { object: { OutboundListenerPort: 'int' } },
    Mode: 'string',
  },
};

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
  Type: 'string',
};

export const memberFields: Fields = { Name: 'string', Addr: 'string', Port: 'int', Tags: 'map', Status: 'int' };

/** What entries of all kinds have, and what most of them do. */
export const configEntryFields: Fields = {
  Kind: 'string',
  Name: 'string',
  Protocol: 'string',
  Meta: 'map',
  ExternalSNI: 'string',
  DefaultSubset: 'string',
  MeshGateway: { object: { Mode: 'string' } },
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
  TaggedAddresses: taggedAddresses,
  Connect: connect,
  Proxy: proxy,
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
  ServiceTaggedAddresses: taggedAddresses,
  ServiceConnect: connect,
  ServiceProxy: proxy,
};

export const serviceEntryFields: Fields = {
  Node: { object: nodeFields },
  Service: { object: serviceFields },
  Checks: { list: checkFields },
};
