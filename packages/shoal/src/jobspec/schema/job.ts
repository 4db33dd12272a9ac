import {
  flag,
  integer,
  later,
  many,
  nullable,
  one,
  pointer,
  type Struct,
  text,
  textMapOrArgument,
  texts,
  unsetValue,
  type Values,
} from './field.ts';
import { giveVault, group, multiregion } from './group.ts';
import { affinity, constraint, spread } from './placement.ts';
import { migrate, parameterized, periodic, reschedule, update } from './policies.ts';
import { secret } from './secret.ts';
import { task, vault } from './task.ts';

const ui: Struct = {
  name: 'ui',
  fields: {
    Description: text('description'),
    Links: many({ name: 'link', fields: { Label: text('label'), URL: text('url') } }, 'link'),
  },
};

/** A task that stands directly in the job gets a group of its own name. */
function groupAround(lone: Values): Values {
  const around: Values = {};
  for (const [name, field] of Object.entries(group.fields)) {
    const unset = unsetValue(field);
    if (unset !== undefined) around[name] = unset;
  }
  return { ...around, Name: lone['Name'], Tasks: [lone] };
}

export const job: Struct = {
  name: 'job',
  label: 'ID',
  fields: {
    ID: nullable(text('id')),
    Name: nullable(text('name')),
    Namespace: nullable(text('namespace')),
    Region: nullable(text('region')),
    Type: nullable(text('type')),
    Priority: nullable(integer('priority')),
    AllAtOnce: nullable(flag('all_at_once')),
    Datacenters: texts('datacenters'),
    NodePool: later(text('node_pool')),
    Constraints: many(constraint, 'constraint'),
    Affinities: many(affinity, 'affinity'),
    Spreads: many(spread, 'spread'),
    TaskGroups: many(group, 'group'),
    Update: one(update, 'update'),
    Multiregion: one(multiregion, 'multiregion'),
    Periodic: one(periodic, 'periodic'),
    ParameterizedJob: one(parameterized, 'parameterized'),
    Reschedule: one(reschedule, 'reschedule'),
    Migrate: one(migrate, 'migrate'),
    Dispatched: flag(),
    Payload: pointer(text()),
    Meta: textMapOrArgument('meta'),
    ParentID: nullable(text()),
    Stop: nullable(flag()),
    ConsulToken: nullable(text('consul_token')),
    ConsulNamespace: later(text()),
    VaultToken: nullable(text('vault_token')),
    VaultNamespace: nullable(text()),
    NomadTokenID: nullable(text()),
    Status: nullable(text()),
    StatusDescription: nullable(text()),
    Stable: nullable(flag()),
    Version: nullable(integer()),
    SubmitTime: pointer(integer()),
    CreateIndex: nullable(integer()),
    ModifyIndex: nullable(integer()),
    JobModifyIndex: nullable(integer()),
    UI: later(one(ui, 'ui')),
    Secrets: later(many(secret, 'secret')),
    VersionTag: later({ kind: 'free', presence: 'later' }),
  },
  fileOnly: { vault: one(vault, 'vault'), tasks: many(task, 'task') },
  finish(values, extra, label) {
    const lone = ((extra['tasks'] ?? []) as Values[]).map(groupAround);
    const groups = [...lone, ...((values['TaskGroups'] ?? []) as Values[])];
    values['TaskGroups'] = groups.length > 0 ? groups : null;
    values['Name'] ??= label;
    for (const each of groups) giveVault((each['Tasks'] ?? []) as Values[], extra['vault']);
  },
};
