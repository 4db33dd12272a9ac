import type { Alias, Entry } from './command.ts';

/** Every command, by its words. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  agent: { of: 'shoal', summary: 'Run an agent', load: () => import('./commands/agent.ts') },
  'job run': {
    of: 'nomad',
    summary: 'Register a job, new or changed, and follow it',
    load: () => import('./commands/job-run.ts'),
  },
  'job status': { of: 'nomad', summary: 'List jobs, or show one', load: () => import('./commands/job-status.ts') },
  'job plan': {
    of: 'nomad',
    summary: 'Show what running a job file would do',
    load: () => import('./commands/job-plan.ts'),
  },
  'job init': { of: 'nomad', summary: 'Write an example of a job file', load: () => import('./commands/job-init.ts') },
  'job import': {
    of: 'shoal',
    summary: 'Make a job file from a Docker Compose file',
    load: () => import('./commands/job-import.ts'),
  },
  'job stop': { of: 'nomad', summary: 'Stop a job', load: () => import('./commands/job-stop.ts') },
  'job validate': { of: 'nomad', summary: 'Check a job file', load: () => import('./commands/job-validate.ts') },
  'job inspect': {
    of: 'nomad',
    summary: 'Print a job as the API has it',
    load: () => import('./commands/job-inspect.ts'),
  },
  'job history': {
    of: 'nomad',
    summary: 'Show the versions of a job',
    load: () => import('./commands/job-history.ts'),
  },
  'job allocs': {
    of: 'nomad',
    summary: 'List the allocations of a job',
    load: () => import('./commands/job-allocs.ts'),
  },
  'job deployments': {
    of: 'nomad',
    summary: 'List the deployments of a job',
    load: () => import('./commands/job-deployments.ts'),
  },
  'job revert': {
    of: 'nomad',
    summary: 'Go back to an earlier version of a job',
    load: () => import('./commands/job-revert.ts'),
  },
  'job promote': {
    of: 'nomad',
    summary: 'Promote the canaries of a job',
    load: () => import('./commands/job-promote.ts'),
  },
  'job scale': { of: 'nomad', summary: 'Change the count of a group', load: () => import('./commands/job-scale.ts') },
  'job scaling-events': {
    of: 'nomad',
    summary: 'List what has changed the counts of a job',
    load: () => import('./commands/job-scaling-events.ts'),
  },
  'job restart': {
    of: 'nomad',
    summary: 'Restart the tasks of a job, a few at a time',
    load: () => import('./commands/job-restart.ts'),
  },
  'job eval': {
    of: 'nomad',
    summary: 'Make the scheduler look at a job once more',
    load: () => import('./commands/job-eval.ts'),
  },
  'job dispatch': {
    of: 'nomad',
    summary: 'Run a parameterized job once',
    load: () => import('./commands/job-dispatch.ts'),
  },
  'job periodic force': {
    of: 'nomad',
    summary: 'Run a periodic job now',
    load: () => import('./commands/job-periodic-force.ts'),
  },
  fmt: {
    of: 'nomad',
    summary: 'Bring job files and configuration files into the canonical layout',
    load: () => import('./commands/fmt.ts'),
  },
  console: {
    of: 'shoal',
    summary: 'Evaluate expressions as a job file does',
    load: () => import('./commands/console.ts'),
  },
  'template render': {
    of: 'shoal',
    summary: 'Render a template once',
    load: () => import('./commands/template-render.ts'),
  },
  status: { of: 'nomad', summary: 'Show whatever an id names', load: () => import('./commands/status.ts') },
  'alloc status': {
    of: 'nomad',
    summary: 'Show an allocation and its tasks',
    load: () => import('./commands/alloc-status.ts'),
  },
  'alloc logs': {
    of: 'nomad',
    summary: 'Print what a task has written',
    load: () => import('./commands/alloc-logs.ts'),
  },
  'alloc fs': {
    of: 'nomad',
    summary: 'List and print files of an allocation',
    load: () => import('./commands/alloc-fs.ts'),
  },
  'alloc restart': {
    of: 'nomad',
    summary: 'Restart tasks where they are',
    load: () => import('./commands/alloc-restart.ts'),
  },
  'alloc stop': {
    of: 'nomad',
    summary: 'Stop an allocation and get another one',
    load: () => import('./commands/alloc-stop.ts'),
  },
  'alloc checks': {
    of: 'nomad',
    summary: "Show the checks of Nomad's own services",
    load: () => import('./commands/alloc-checks.ts'),
  },
  'alloc signal': { of: 'nomad', summary: 'Send a signal to tasks', load: () => import('./commands/alloc-signal.ts') },
  'eval status': { of: 'nomad', summary: 'Show an evaluation', load: () => import('./commands/eval-status.ts') },
  'eval list': { of: 'nomad', summary: 'List evaluations', load: () => import('./commands/eval-list.ts') },
  'deployment list': { of: 'nomad', summary: 'List deployments', load: () => import('./commands/deployment-list.ts') },
  'deployment status': {
    of: 'nomad',
    summary: 'Show or follow a deployment',
    load: () => import('./commands/deployment-status.ts'),
  },
  'deployment promote': {
    of: 'nomad',
    summary: 'Promote canaries',
    load: () => import('./commands/deployment-promote.ts'),
  },
  'deployment fail': {
    of: 'nomad',
    summary: 'Mark a deployment as failed',
    load: () => import('./commands/deployment-fail.ts'),
  },
  'deployment pause': {
    of: 'nomad',
    summary: 'Hold a deployment',
    load: () => import('./commands/deployment-pause.ts'),
  },
  'deployment resume': {
    of: 'nomad',
    summary: 'Go on with a paused deployment',
    load: () => import('./commands/deployment-resume.ts'),
  },
  'deployment unblock': {
    of: 'nomad',
    summary: 'Let a deployment end that waits for other regions',
    load: () => import('./commands/deployment-unblock.ts'),
  },
  'node status': { of: 'nomad', summary: 'List nodes, or show one', load: () => import('./commands/node-status.ts') },
  'node eligibility': {
    of: 'nomad',
    summary: 'Say whether a node gets new allocations',
    load: () => import('./commands/node-eligibility.ts'),
  },
  'node drain': { of: 'nomad', summary: 'Empty a node of its work', load: () => import('./commands/node-drain.ts') },
  'node pool list': { of: 'nomad', summary: 'List node pools', load: () => import('./commands/node-pool-list.ts') },
  'node pool info': { of: 'nomad', summary: 'Show a node pool', load: () => import('./commands/node-pool-info.ts') },
  'node pool nodes': {
    of: 'nomad',
    summary: 'List the nodes of a node pool',
    load: () => import('./commands/node-pool-nodes.ts'),
  },
  'node pool jobs': {
    of: 'nomad',
    summary: 'List the jobs of a node pool',
    load: () => import('./commands/node-pool-jobs.ts'),
  },
  'node pool apply': {
    of: 'nomad',
    summary: 'Make or change a node pool',
    load: () => import('./commands/node-pool-apply.ts'),
  },
  'node pool delete': {
    of: 'nomad',
    summary: 'Delete a node pool',
    load: () => import('./commands/node-pool-delete.ts'),
  },
  'node pool init': {
    of: 'nomad',
    summary: 'Write an example of a node pool',
    load: () => import('./commands/node-pool-init.ts'),
  },
  'namespace list': { of: 'nomad', summary: 'List namespaces', load: () => import('./commands/namespace-list.ts') },
  'namespace inspect': {
    of: 'nomad',
    summary: 'Print a namespace as the API has it',
    load: () => import('./commands/namespace-inspect.ts'),
  },
  'namespace status': {
    of: 'nomad',
    summary: 'Show a namespace',
    load: () => import('./commands/namespace-status.ts'),
  },
  'namespace apply': {
    of: 'nomad',
    summary: 'Make or change a namespace',
    load: () => import('./commands/namespace-apply.ts'),
  },
  'namespace delete': {
    of: 'nomad',
    summary: 'Delete a namespace',
    load: () => import('./commands/namespace-delete.ts'),
  },
  'var put': { of: 'nomad', summary: 'Write a variable', load: () => import('./commands/var-put.ts') },
  'var get': { of: 'nomad', summary: 'Print a variable', load: () => import('./commands/var-get.ts') },
  'var list': { of: 'nomad', summary: 'List variables', load: () => import('./commands/var-list.ts') },
  'var purge': { of: 'nomad', summary: 'Delete a variable', load: () => import('./commands/var-purge.ts') },
  'var init': {
    of: 'nomad',
    summary: 'Write an example of a variable',
    load: () => import('./commands/var-init.ts'),
  },
  'var lock': {
    of: 'nomad',
    summary: 'Run a program while the lock of a variable is held',
    load: () => import('./commands/var-lock.ts'),
  },
  'scaling policy list': {
    of: 'nomad',
    summary: 'List scaling policies',
    load: () => import('./commands/scaling-policy-list.ts'),
  },
  'scaling policy info': {
    of: 'nomad',
    summary: 'Show a scaling policy',
    load: () => import('./commands/scaling-policy-info.ts'),
  },
  'system gc': {
    of: 'nomad',
    summary: 'Forget at once all that is over',
    load: () => import('./commands/system-gc.ts'),
  },
  'system reconcile summaries': {
    of: 'nomad',
    summary: 'Count the summaries of jobs anew',
    load: () => import('./commands/system-reconcile-summaries.ts'),
  },
  'operator scheduler get-config': {
    of: 'nomad',
    summary: 'Show what is set for the scheduler',
    load: () => import('./commands/operator-scheduler-get-config.ts'),
  },
  'operator scheduler set-config': {
    of: 'nomad',
    summary: 'Change what is set for the scheduler',
    load: () => import('./commands/operator-scheduler-set-config.ts'),
  },
  'agent-info': {
    of: 'nomad',
    summary: 'Show figures of an agent',
    load: () => import('./commands/agent-info.ts'),
  },
  'operator api': {
    of: 'nomad',
    summary: 'Send a request to the API',
    load: () => import('./commands/operator-api.ts'),
  },
  'operator metrics': {
    of: 'nomad',
    summary: 'Print what an agent has measured',
    load: () => import('./commands/operator-metrics.ts'),
  },
  'operator raft list-peers': {
    of: 'nomad',
    summary: 'List the servers that hold the state',
    load: () => import('./commands/operator-raft-list-peers.ts'),
  },
  'operator root keyring list': {
    of: 'nomad',
    summary: 'List the keys that variables are encrypted with',
    load: () => import('./commands/operator-root-keyring-list.ts'),
  },
  'operator root keyring rotate': {
    of: 'nomad',
    summary: 'Make a new key for variables',
    load: () => import('./commands/operator-root-keyring-rotate.ts'),
  },
  'operator root keyring remove': {
    of: 'nomad',
    summary: 'Remove a key that is not used any more',
    load: () => import('./commands/operator-root-keyring-remove.ts'),
  },
  'operator autopilot get-config': {
    of: 'nomad',
    summary: 'Show how servers look after each other',
    load: () => import('./commands/operator-autopilot-get-config.ts'),
  },
  'server members': { of: 'nomad', summary: 'List the servers', load: () => import('./commands/server-members.ts') },
  'server token': {
    of: 'shoal',
    summary: 'Print a token for other machines to join with',
    load: () => import('./commands/server-token.ts'),
  },
  leave: {
    of: 'consul',
    summary: 'Take an agent out of the cluster, and stop it',
    load: () => import('./commands/leave.ts'),
  },
  'tls ca create': {
    of: 'consul',
    summary: 'Make an authority for certificates of agents',
    load: () => import('./commands/tls-ca-create.ts'),
  },
  'tls cert create': {
    of: 'consul',
    summary: 'Make a certificate for an agent',
    load: () => import('./commands/tls-cert-create.ts'),
  },
  members: { of: 'consul', summary: 'List the agents that are known', load: () => import('./commands/members.ts') },
  'service list': {
    of: 'shoal',
    summary: 'List services and how they do',
    load: () => import('./commands/service-list.ts'),
  },
  'service info': {
    of: 'shoal',
    summary: 'Show the instances of a service',
    load: () => import('./commands/service-info.ts'),
  },
  'service delete': {
    of: 'nomad',
    summary: "Delete an instance of one of Nomad's own services",
    load: () => import('./commands/service-delete.ts'),
  },
  'catalog datacenters': {
    of: 'consul',
    summary: 'List datacenters',
    load: () => import('./commands/catalog-datacenters.ts'),
  },
  'catalog nodes': {
    of: 'consul',
    summary: 'List nodes of the catalog',
    load: () => import('./commands/catalog-nodes.ts'),
  },
  'catalog services': {
    of: 'consul',
    summary: 'List names of services',
    load: () => import('./commands/catalog-services.ts'),
  },
  'kv get': { of: 'consul', summary: 'Print the value of a key', load: () => import('./commands/kv-get.ts') },
  'kv put': { of: 'consul', summary: 'Write a key', load: () => import('./commands/kv-put.ts') },
  'kv delete': { of: 'consul', summary: 'Delete a key', load: () => import('./commands/kv-delete.ts') },
  'kv export': {
    of: 'consul',
    summary: 'Print keys and values as JSON',
    load: () => import('./commands/kv-export.ts'),
  },
  'kv import': {
    of: 'consul',
    summary: 'Write keys and values from JSON',
    load: () => import('./commands/kv-import.ts'),
  },
  'services register': {
    of: 'consul',
    summary: 'Register services with the agent',
    load: () => import('./commands/services-register.ts'),
  },
  'services deregister': {
    of: 'consul',
    summary: 'Remove services from the agent',
    load: () => import('./commands/services-deregister.ts'),
  },
  'services export': {
    of: 'consul',
    summary: 'Note that a service is exported',
    load: () => import('./commands/services-export.ts'),
  },
  lock: { of: 'consul', summary: 'Run a program while a lock is held', load: () => import('./commands/lock.ts') },
  'session create': { of: 'shoal', summary: 'Make a session', load: () => import('./commands/session-create.ts') },
  'session list': {
    of: 'shoal',
    summary: 'List sessions, or show one',
    load: () => import('./commands/session-list.ts'),
  },
  'session renew': {
    of: 'shoal',
    summary: 'Give a session its time anew',
    load: () => import('./commands/session-renew.ts'),
  },
  'session destroy': { of: 'shoal', summary: 'End a session', load: () => import('./commands/session-destroy.ts') },
  event: { of: 'consul', summary: 'Tell agents of an event', load: () => import('./commands/event.ts') },
  watch: {
    of: 'consul',
    summary: 'Run a program at each change of something',
    load: () => import('./commands/watch.ts'),
  },
  maint: {
    of: 'consul',
    summary: 'Take a node or service out of what is healthy',
    load: () => import('./commands/maint.ts'),
  },
  monitor: { of: 'consul', summary: 'Follow the log of an agent', load: () => import('./commands/monitor.ts') },
  rtt: { of: 'consul', summary: 'Estimate the round trip between nodes', load: () => import('./commands/rtt.ts') },
  info: { of: 'consul', summary: 'Show figures of an agent', load: () => import('./commands/info.ts') },
  reload: {
    of: 'consul',
    summary: 'Make an agent read its configuration again',
    load: () => import('./commands/reload.ts'),
  },
  join: { of: 'consul', summary: 'Tell whether agents are members', load: () => import('./commands/join.ts') },
  'force-leave': {
    of: 'consul',
    summary: 'Forget an agent that has failed',
    load: () => import('./commands/force-leave.ts'),
  },
  'snapshot save': {
    of: 'consul',
    summary: 'Save all of the state',
    load: () => import('./commands/snapshot-save.ts'),
  },
  'snapshot restore': {
    of: 'consul',
    summary: 'Bring a saved state back',
    load: () => import('./commands/snapshot-restore.ts'),
  },
  'snapshot inspect': {
    of: 'consul',
    summary: 'Show what is in a snapshot',
    load: () => import('./commands/snapshot-inspect.ts'),
  },
  'operator raft remove-peer': {
    of: 'consul',
    summary: 'Remove a server that is gone',
    load: () => import('./commands/operator-raft-remove-peer.ts'),
  },
  'operator autopilot state': {
    of: 'consul',
    summary: 'Show how the servers do',
    load: () => import('./commands/operator-autopilot-state.ts'),
  },
  'operator usage instances': {
    of: 'consul',
    summary: 'Count nodes, services and instances',
    load: () => import('./commands/operator-usage-instances.ts'),
  },
  'dns query': {
    of: 'shoal',
    summary: 'Show an answer of DNS, and how it comes about',
    load: () => import('./commands/dns-query.ts'),
  },
  'dns check': {
    of: 'shoal',
    summary: 'Find what is wrong with DNS on this machine',
    load: () => import('./commands/dns-check.ts'),
  },
  'dns setup': {
    of: 'shoal',
    summary: 'Let this machine find names of the cluster',
    load: () => import('./commands/dns-setup.ts'),
  },
  keygen: { of: 'consul', summary: 'Print a new key', load: () => import('./commands/keygen.ts') },
  'config validate': {
    of: 'both',
    summary: 'Check configuration files of an agent',
    load: () => import('./commands/config-validate.ts'),
  },
  'config read': {
    of: 'consul',
    summary: 'Print a configuration entry',
    load: () => import('./commands/config-read.ts'),
  },
  'config write': {
    of: 'consul',
    summary: 'Write a configuration entry',
    load: () => import('./commands/config-write.ts'),
  },
  'config list': {
    of: 'consul',
    summary: 'List configuration entries',
    load: () => import('./commands/config-list.ts'),
  },
  'config delete': {
    of: 'consul',
    summary: 'Delete a configuration entry',
    load: () => import('./commands/config-delete.ts'),
  },
  debug: {
    of: 'consul',
    summary: 'Collect what is needed to find out what is wrong',
    load: () => import('./commands/debug.ts'),
  },
  keyring: { of: 'consul', summary: 'Look at keys of the gossip', load: () => import('./commands/keyring.ts') },
  completion: {
    of: 'both',
    summary: 'Print a script of completion for a shell',
    load: () => import('./commands/completion.ts'),
  },
  version: { of: 'both', summary: 'Print the version', load: () => import('./commands/version.ts') },
};

/** Commands whose flags mean something else under a tool's name. */
export const OWN_FORMS: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  nomad: {
    agent: { of: 'nomad', summary: 'Run an agent', load: () => import('./commands/nomad-agent.ts') },
    'service list': {
      of: 'nomad',
      summary: "List Nomad's own services",
      load: () => import('./commands/nomad-service-list.ts'),
    },
    'service info': {
      of: 'nomad',
      summary: "Show the instances of one of Nomad's own services",
      load: () => import('./commands/nomad-service-info.ts'),
    },
    monitor: { of: 'nomad', summary: 'Follow the log of an agent', load: () => import('./commands/nomad-monitor.ts') },
  },
  consul: {
    agent: { of: 'consul', summary: 'Run an agent', load: () => import('./commands/consul-agent.ts') },
    'operator raft list-peers': {
      of: 'consul',
      summary: 'List the servers',
      load: () => import('./commands/consul-operator-raft-list-peers.ts'),
    },
    'operator autopilot get-config': {
      of: 'consul',
      summary: 'Show the autopilot settings',
      load: () => import('./commands/consul-operator-autopilot-get-config.ts'),
    },
    'operator autopilot set-config': {
      of: 'consul',
      summary: 'Change the autopilot settings',
      load: () => import('./commands/consul-operator-autopilot-set-config.ts'),
    },
  },
};

/** What the first words of several commands stand for. */
export const GROUPS: Readonly<Record<string, string>> = {
  job: 'Run, plan, stop and look at jobs',
  'job periodic': 'Run periodic jobs',
  alloc: 'Look into allocations, and restart or stop them',
  eval: 'Look at evaluations',
  deployment: 'Look at deployments, promote, hold and fail them',
  node: 'Look at nodes, empty them, and say what they are for',
  'node pool': 'Look at node pools, and make and delete them',
  namespace: 'Look at namespaces, and make and delete them',
  var: 'Read and write variables of Nomad',
  scaling: 'Look at scaling',
  'scaling policy': 'Look at scaling policies',
  system: 'Clean up',
  'system reconcile': 'Count anew',
  operator: 'Look at servers, and set what they go by',
  'operator scheduler': 'Show and change what is set for the scheduler',
  'operator raft': 'Look at the servers that hold the state',
  'operator root': 'Look after what secrets are encrypted with',
  'operator root keyring': 'Look after the keys that variables are encrypted with',
  'operator autopilot': 'Look at how servers look after each other',
  server: 'Look at servers',
  service: 'Look at services',
  catalog: 'Look at the catalog',
  kv: 'Read and write keys',
  template: 'Render templates',
  tls: 'Make certificates of your own',
  'tls ca': 'Make an authority for certificates of agents',
  'tls cert': 'Make certificates for agents',
  config: 'Check configuration files of an agent; read and write configuration entries',
  services: 'Register services with an agent, and remove them',
  session: 'Make and end sessions',
  snapshot: 'Save the state, and bring it back',
  'operator usage': 'Count what there is',
  dns: 'Look into DNS, and set this machine up for it',
};

/** Shorter or other words for a command, where its tool has them. A later one wins where two tools have the same words. */
export const ALIASES: Readonly<Record<string, readonly Alias[]>> = {
  run: [{ of: 'nomad', to: 'job run' }],
  init: [{ of: 'nomad', to: 'job init' }],
  stop: [{ of: 'nomad', to: 'job stop' }],
  plan: [{ of: 'nomad', to: 'job plan' }],
  inspect: [{ of: 'nomad', to: 'job inspect' }],
  logs: [{ of: 'nomad', to: 'alloc logs' }],
  fs: [{ of: 'nomad', to: 'alloc fs' }],
  validate: [
    { of: 'nomad', to: 'job validate' },
    { of: 'consul', to: 'config validate' },
  ],
};
