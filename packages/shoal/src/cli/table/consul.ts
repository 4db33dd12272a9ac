import type { Entry } from '../command.ts';

/** Commands in Consul's words. */
export const CONSUL_COMMANDS: Readonly<Record<string, Entry>> = {
  leave: {
    of: 'consul',
    summary: 'Take an agent out of the cluster, and stop it',
    load: () => import('../commands/leave.ts'),
  },
  'tls ca create': {
    of: 'consul',
    summary: 'Make an authority for certificates of agents',
    load: () => import('../commands/tls-ca-create.ts'),
  },
  'tls cert create': {
    of: 'consul',
    summary: 'Make a certificate for an agent',
    load: () => import('../commands/tls-cert-create.ts'),
  },
  members: { of: 'consul', summary: 'List the agents that are known', load: () => import('../commands/members.ts') },
  'catalog datacenters': {
    of: 'consul',
    summary: 'List datacenters',
    load: () => import('../commands/catalog-datacenters.ts'),
  },
  'catalog nodes': {
    of: 'consul',
    summary: 'List nodes of the catalog',
    load: () => import('../commands/catalog-nodes.ts'),
  },
  'catalog services': {
    of: 'consul',
    summary: 'List names of services',
    load: () => import('../commands/catalog-services.ts'),
  },
  'kv get': { of: 'consul', summary: 'Print the value of a key', load: () => import('../commands/kv-get.ts') },
  'kv put': { of: 'consul', summary: 'Write a key', load: () => import('../commands/kv-put.ts') },
  'kv delete': { of: 'consul', summary: 'Delete a key', load: () => import('../commands/kv-delete.ts') },
  'kv export': {
    of: 'consul',
    summary: 'Print keys and values as JSON',
    load: () => import('../commands/kv-export.ts'),
  },
  'kv import': {
    of: 'consul',
    summary: 'Write keys and values from JSON',
    load: () => import('../commands/kv-import.ts'),
  },
  'services register': {
    of: 'consul',
    summary: 'Register services with the agent',
    load: () => import('../commands/services-register.ts'),
  },
  'services deregister': {
    of: 'consul',
    summary: 'Remove services from the agent',
    load: () => import('../commands/services-deregister.ts'),
  },
  'services export': {
    of: 'consul',
    summary: 'Note that a service is exported',
    load: () => import('../commands/services-export.ts'),
  },
  lock: { of: 'consul', summary: 'Run a program while a lock is held', load: () => import('../commands/lock.ts') },
  event: { of: 'consul', summary: 'Tell agents of an event', load: () => import('../commands/event.ts') },
  watch: {
    of: 'consul',
    summary: 'Run a program at each change of something',
    load: () => import('../commands/watch.ts'),
  },
  maint: {
    of: 'consul',
    summary: 'Take a node or service out of what is healthy',
    load: () => import('../commands/maint.ts'),
  },
  monitor: { of: 'consul', summary: 'Follow the log of an agent', load: () => import('../commands/monitor.ts') },
  rtt: { of: 'consul', summary: 'Estimate the round trip between nodes', load: () => import('../commands/rtt.ts') },
  info: { of: 'consul', summary: 'Show figures of an agent', load: () => import('../commands/info.ts') },
  reload: {
    of: 'consul',
    summary: 'Make an agent read its configuration again',
    load: () => import('../commands/reload.ts'),
  },
  join: { of: 'consul', summary: 'Tell whether agents are members', load: () => import('../commands/join.ts') },
  'force-leave': {
    of: 'consul',
    summary: 'Forget an agent that has failed',
    load: () => import('../commands/force-leave.ts'),
  },
  'snapshot save': {
    of: 'consul',
    summary: 'Save all of the state',
    load: () => import('../commands/snapshot-save.ts'),
  },
  'snapshot restore': {
    of: 'consul',
    summary: 'Bring a saved state back',
    load: () => import('../commands/snapshot-restore.ts'),
  },
  'snapshot inspect': {
    of: 'consul',
    summary: 'Show what is in a snapshot',
    load: () => import('../commands/snapshot-inspect.ts'),
  },
  'operator raft remove-peer': {
    of: 'consul',
    summary: 'Remove a server that is gone',
    load: () => import('../commands/operator-raft-remove-peer.ts'),
  },
  'operator autopilot state': {
    of: 'consul',
    summary: 'Show how the servers do',
    load: () => import('../commands/operator-autopilot-state.ts'),
  },
  'operator usage instances': {
    of: 'consul',
    summary: 'Count nodes, services and instances',
    load: () => import('../commands/operator-usage-instances.ts'),
  },
  keygen: { of: 'consul', summary: 'Print a new key', load: () => import('../commands/keygen.ts') },
  'config read': {
    of: 'consul',
    summary: 'Print a configuration entry',
    load: () => import('../commands/config-read.ts'),
  },
  'config write': {
    of: 'consul',
    summary: 'Write a configuration entry',
    load: () => import('../commands/config-write.ts'),
  },
  'config list': {
    of: 'consul',
    summary: 'List configuration entries',
    load: () => import('../commands/config-list.ts'),
  },
  'config delete': {
    of: 'consul',
    summary: 'Delete a configuration entry',
    load: () => import('../commands/config-delete.ts'),
  },
  debug: {
    of: 'consul',
    summary: 'Collect what is needed to find out what is wrong',
    load: () => import('../commands/debug.ts'),
  },
  keyring: { of: 'consul', summary: 'Look at keys of the gossip', load: () => import('../commands/keyring.ts') },
};

/** Those that mean something else where the program is called `consul`. */
export const CONSUL_FORMS: Readonly<Record<string, Entry>> = {
  agent: { of: 'consul', summary: 'Run an agent', load: () => import('../commands/consul-agent.ts') },
  'operator raft list-peers': {
    of: 'consul',
    summary: 'List the servers',
    load: () => import('../commands/consul-operator-raft-list-peers.ts'),
  },
  'operator autopilot get-config': {
    of: 'consul',
    summary: 'Show the autopilot settings',
    load: () => import('../commands/consul-operator-autopilot-get-config.ts'),
  },
  'operator autopilot set-config': {
    of: 'consul',
    summary: 'Change the autopilot settings',
    load: () => import('../commands/consul-operator-autopilot-set-config.ts'),
  },
};
