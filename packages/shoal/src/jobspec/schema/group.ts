import { consul } from './consul.ts';
import {
  duration,
  flag,
  integer,
  keyed,
  later,
  many,
  nullable,
  one,
  pointer,
  type Struct,
  text,
  textMapOrArgument,
  texts,
  type Values,
} from './field.ts';
import { network } from './network.ts';
import { affinity, constraint, spread } from './placement.ts';
import { groupScaling, migrate, reschedule, restart, update } from './policies.ts';
import { secret } from './secret.ts';
import { service } from './service.ts';
import { task, vault } from './task.ts';

const mountOptions: Struct = {
  name: 'mount_options',
  fields: { FSType: text('fs_type'), MountFlags: texts('mount_flags') },
};

const volume: Struct = {
  name: 'volume',
  label: 'Name',
  fields: {
    Name: text(),
    Type: text('type'),
    Source: text('source'),
    ReadOnly: flag('read_only'),
    AccessMode: later(text('access_mode')),
    AttachmentMode: later(text('attachment_mode')),
    MountOptions: one(mountOptions, 'mount_options'),
    PerAlloc: later(flag('per_alloc')),
    Sticky: later(flag('sticky')),
  },
};

const ephemeralDisk: Struct = {
  name: 'ephemeral_disk',
  fields: {
    SizeMB: nullable(integer('size')),
    Sticky: nullable(flag('sticky')),
    Migrate: nullable(flag('migrate')),
  },
};

const disconnect: Struct = {
  name: 'disconnect',
  fields: {
    LostAfter: pointer(duration('lost_after')),
    StopOnClientAfter: pointer(duration('stop_on_client_after')),
    Replace: pointer(flag('replace')),
    Reconcile: pointer(text('reconcile')),
  },
};

/** A task that names no vault of its own takes the surrounding one, whole. */
export function giveVault(tasks: Values[], surrounding: unknown): void {
  if (surrounding === undefined) return;
  for (const each of tasks) each['Vault'] ??= structuredClone(surrounding);
}

export const group: Struct = {
  name: 'group',
  label: 'Name',
  fields: {
    Name: text(),
    Count: nullable(integer('count')),
    Constraints: many(constraint, 'constraint'),
    Affinities: many(affinity, 'affinity'),
    Spreads: many(spread, 'spread'),
    Tasks: many(task, 'task'),
    Networks: many(network, 'network'),
    Services: many(service, 'service'),
    Volumes: keyed(volume, 'volume'),
    EphemeralDisk: one(ephemeralDisk, 'ephemeral_disk'),
    RestartPolicy: one(restart, 'restart'),
    ReschedulePolicy: one(reschedule, 'reschedule'),
    Update: one(update, 'update'),
    Migrate: one(migrate, 'migrate'),
    Scaling: one(groupScaling, 'scaling'),
    Consul: later(one(consul, 'consul')),
    Disconnect: later(one(disconnect, 'disconnect')),
    Meta: textMapOrArgument('meta'),
    ShutdownDelay: pointer(duration('shutdown_delay')),
    StopAfterClientDisconnect: pointer(duration('stop_after_client_disconnect')),
    MaxClientDisconnect: later(duration('max_client_disconnect')),
    MaxRunDuration: later(duration('max_run_duration')),
    Secrets: later(many(secret, 'secret')),
    PreventRescheduleOnLost: later(flag('prevent_reschedule_on_lost')),
  },
  fileOnly: { vault: { ...one(vault, 'vault'), lastWins: true } },
  finish(values, extra) {
    giveVault((values['Tasks'] ?? []) as Values[], extra['vault']);
  },
};

export const multiregion: Struct = {
  name: 'multiregion',
  fields: {
    Strategy: one(
      {
        name: 'strategy',
        fields: { MaxParallel: nullable(integer('max_parallel')), OnFailure: nullable(text('on_failure')) },
      },
      'strategy',
    ),
    Regions: many(
      {
        name: 'region',
        label: 'Name',
        fields: {
          Name: text(),
          Count: nullable(integer('count')),
          Datacenters: texts('datacenters'),
          NodePool: later(text('node_pool')),
          Meta: textMapOrArgument('meta'),
        },
      },
      'region',
    ),
  },
};
