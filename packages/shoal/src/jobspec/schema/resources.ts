import { integer, later, many, nullable, one, type Struct, text, texts } from './field.ts';
import { network } from './network.ts';
import { affinity, constraint } from './placement.ts';

const device: Struct = {
  name: 'device',
  label: 'Name',
  fields: {
    Name: text(),
    Count: nullable(integer('count')),
    Constraints: many(constraint, 'constraint'),
    Affinities: many(affinity, 'affinity'),
  },
};

const numa: Struct = {
  name: 'numa',
  fields: { Affinity: text('affinity'), Devices: texts('devices') },
};

export const resources: Struct = {
  name: 'resources',
  fields: {
    CPU: nullable(integer('cpu')),
    Cores: later(integer('cores')),
    MemoryMB: nullable(integer('memory')),
    MemoryMaxMB: later(integer('memory_max')),
    DiskMB: nullable(integer('disk')),
    IOPS: nullable(integer('iops')),
    Networks: many(network, 'network'),
    Devices: many(device, 'device'),
    NUMA: later(one(numa, 'numa')),
    SecretsMB: later(integer('secrets')),
  },
};
