import {
  integer,
  later,
  many,
  nullable,
  one,
  type Struct,
  text,
  textMapOrArgument,
  texts,
  type Values,
} from './field.ts';

export const port: Struct = {
  name: 'port',
  label: 'Label',
  fields: {
    Label: text(),
    Value: integer('static'),
    To: integer('to'),
    HostNetwork: text('host_network'),
    IgnoreCollision: later({ kind: 'scalar', type: 'flag', presence: 'later', file: 'ignore_collision' }),
  },
};

const dns: Struct = {
  name: 'dns',
  fields: { Servers: texts('servers'), Searches: texts('searches'), Options: texts('options') },
};

const orNull = (ports: Values[]) => (ports.length > 0 ? ports : null);

export const network: Struct = {
  name: 'network',
  fields: {
    Mode: text('mode'),
    Device: text(),
    CIDR: text(),
    IP: text(),
    MBits: nullable(integer('mbits')),
    Hostname: later(text('hostname')),
    DNS: one(dns, 'dns'),
    CNI: later(one({ name: 'cni', fields: { Args: textMapOrArgument('args') } }, 'cni')),
    ReservedPorts: many(port),
    DynamicPorts: many(port),
  },
  fileOnly: { ports: many(port, 'port') },
  finish(values, extra) {
    const ports = (extra['ports'] ?? []) as Values[];
    values['ReservedPorts'] = orNull(ports.filter((each) => Number(each['Value']) > 0));
    values['DynamicPorts'] = orNull(ports.filter((each) => !(Number(each['Value']) > 0)));
  },
};
