import { type Struct, text } from './field.ts';

/** Which Consul a group's or task's services and templates mean. */
export const consul: Struct = {
  name: 'consul',
  fields: { Namespace: text('namespace'), Cluster: text('cluster'), Partition: text('partition') },
};
