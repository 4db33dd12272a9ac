import type { Entry } from '../command.ts';

/** Commands in Nomad's words. */
export const NOMAD_COMMANDS: Readonly<Record<string, Entry>> = {
  'job run': {
    of: 'nomad',
    summary: 'Register a job, new or changed, and follow it',
    load: () => import('../commands/job-run.ts'),
  },
  'job status': { of: 'nomad', summary: 'List jobs, or show one', load: () => import('../commands/job-status.ts') },
  'job plan': {
    of: 'nomad',
    summary: 'Show what running a job file would do',
    load: () => import('../commands/job-plan.ts'),
  },
  'job init': { of: 'nomad', summary: 'Write an example of a job file', load: () => import('../commands/job-init.ts') },
  'job stop': { of: 'nomad', summary: 'Stop a job', load: () => import('../commands/job-stop.ts') },
  'job start': {
    of: 'nomad',
    summary: 'Start a job that was stopped',
    load: () => import('../commands/job-start.ts'),
  },
  'job tag apply': {
    of: 'nomad',
    summary: 'Give a version of a job a name',
    load: () => import('../commands/job-tag-apply.ts'),
  },
  'job tag unset': {
    of: 'nomad',
    summary: 'Take the name of a version away',
    load: () => import('../commands/job-tag-unset.ts'),
  },
  'job validate': { of: 'nomad', summary: 'Check a job file', load: () => import('../commands/job-validate.ts') },
  'job inspect': {
    of: 'nomad',
    summary: 'Print a job as the API has it',
    load: () => import('../commands/job-inspect.ts'),
  },
  'job history': {
    of: 'nomad',
    summary: 'Show the versions of a job',
    load: () => import('../commands/job-history.ts'),
  },
  'job allocs': {
    of: 'nomad',
    summary: 'List the allocations of a job',
    load: () => import('../commands/job-allocs.ts'),
  },
  'job deployments': {
    of: 'nomad',
    summary: 'List the deployments of a job',
    load: () => import('../commands/job-deployments.ts'),
  },
  'job revert': {
    of: 'nomad',
    summary: 'Go back to an earlier version of a job',
    load: () => import('../commands/job-revert.ts'),
  },
  'job promote': {
    of: 'nomad',
    summary: 'Promote the canaries of a job',
    load: () => import('../commands/job-promote.ts'),
  },
  'job scale': { of: 'nomad', summary: 'Change the count of a group', load: () => import('../commands/job-scale.ts') },
  'job scaling-events': {
    of: 'nomad',
    summary: 'List what has changed the counts of a job',
    load: () => import('../commands/job-scaling-events.ts'),
  },
  'job restart': {
    of: 'nomad',
    summary: 'Restart the tasks of a job, a few at a time',
    load: () => import('../commands/job-restart.ts'),
  },
  'job eval': {
    of: 'nomad',
    summary: 'Make the scheduler look at a job once more',
    load: () => import('../commands/job-eval.ts'),
  },
  'job dispatch': {
    of: 'nomad',
    summary: 'Run a parameterized job once',
    load: () => import('../commands/job-dispatch.ts'),
  },
  'job periodic force': {
    of: 'nomad',
    summary: 'Run a periodic job now',
    load: () => import('../commands/job-periodic-force.ts'),
  },
  fmt: {
    of: 'nomad',
    summary: 'Bring job files and configuration files into the canonical layout',
    load: () => import('../commands/fmt.ts'),
  },
  status: { of: 'nomad', summary: 'Show whatever an id names', load: () => import('../commands/status.ts') },
  'alloc status': {
    of: 'nomad',
    summary: 'Show an allocation and its tasks',
    load: () => import('../commands/alloc-status.ts'),
  },
  'alloc logs': {
    of: 'nomad',
    summary: 'Print what a task has written',
    load: () => import('../commands/alloc-logs.ts'),
  },
  action: { of: 'nomad', summary: 'Run an action of a task', load: () => import('../commands/action.ts') },
  'alloc exec': {
    of: 'nomad',
    summary: 'Run a command in a task',
    load: () => import('../commands/alloc-exec.ts'),
  },
  'alloc fs': {
    of: 'nomad',
    summary: 'List and print files of an allocation',
    load: () => import('../commands/alloc-fs.ts'),
  },
  'alloc restart': {
    of: 'nomad',
    summary: 'Restart tasks where they are',
    load: () => import('../commands/alloc-restart.ts'),
  },
  'alloc stop': {
    of: 'nomad',
    summary: 'Stop an allocation and get another one',
    load: () => import('../commands/alloc-stop.ts'),
  },
  'alloc checks': {
    of: 'nomad',
    summary: "Show the checks of Nomad's own services",
    load: () => import('../commands/alloc-checks.ts'),
  },
  'alloc signal': { of: 'nomad', summary: 'Send a signal to tasks', load: () => import('../commands/alloc-signal.ts') },
  'eval status': { of: 'nomad', summary: 'Show an evaluation', load: () => import('../commands/eval-status.ts') },
  'eval list': { of: 'nomad', summary: 'List evaluations', load: () => import('../commands/eval-list.ts') },
  'deployment list': { of: 'nomad', summary: 'List deployments', load: () => import('../commands/deployment-list.ts') },
  'deployment status': {
    of: 'nomad',
    summary: 'Show or follow a deployment',
    load: () => import('../commands/deployment-status.ts'),
  },
  'deployment promote': {
    of: 'nomad',
    summary: 'Promote canaries',
    load: () => import('../commands/deployment-promote.ts'),
  },
  'deployment fail': {
    of: 'nomad',
    summary: 'Mark a deployment as failed',
    load: () => import('../commands/deployment-fail.ts'),
  },
  'deployment pause': {
    of: 'nomad',
    summary: 'Hold a deployment',
    load: () => import('../commands/deployment-pause.ts'),
  },
  'deployment resume': {
    of: 'nomad',
    summary: 'Go on with a paused deployment',
    load: () => import('../commands/deployment-resume.ts'),
  },
  'deployment unblock': {
    of: 'nomad',
    summary: 'Let a deployment end that waits for other regions',
    load: () => import('../commands/deployment-unblock.ts'),
  },
  'node status': { of: 'nomad', summary: 'List nodes, or show one', load: () => import('../commands/node-status.ts') },
  'node eligibility': {
    of: 'nomad',
    summary: 'Say whether a node gets new allocations',
    load: () => import('../commands/node-eligibility.ts'),
  },
  'node drain': { of: 'nomad', summary: 'Empty a node of its work', load: () => import('../commands/node-drain.ts') },
  'node pool list': { of: 'nomad', summary: 'List node pools', load: () => import('../commands/node-pool-list.ts') },
  'node pool info': { of: 'nomad', summary: 'Show a node pool', load: () => import('../commands/node-pool-info.ts') },
  'node pool nodes': {
    of: 'nomad',
    summary: 'List the nodes of a node pool',
    load: () => import('../commands/node-pool-nodes.ts'),
  },
  'node pool jobs': {
    of: 'nomad',
    summary: 'List the jobs of a node pool',
    load: () => import('../commands/node-pool-jobs.ts'),
  },
  'node pool apply': {
    of: 'nomad',
    summary: 'Make or change a node pool',
    load: () => import('../commands/node-pool-apply.ts'),
  },
  'node pool delete': {
    of: 'nomad',
    summary: 'Delete a node pool',
    load: () => import('../commands/node-pool-delete.ts'),
  },
  'node pool init': {
    of: 'nomad',
    summary: 'Write an example of a node pool',
    load: () => import('../commands/node-pool-init.ts'),
  },
  'namespace list': { of: 'nomad', summary: 'List namespaces', load: () => import('../commands/namespace-list.ts') },
  'namespace inspect': {
    of: 'nomad',
    summary: 'Print a namespace as the API has it',
    load: () => import('../commands/namespace-inspect.ts'),
  },
  'namespace status': {
    of: 'nomad',
    summary: 'Show a namespace',
    load: () => import('../commands/namespace-status.ts'),
  },
  'namespace apply': {
    of: 'nomad',
    summary: 'Make or change a namespace',
    load: () => import('../commands/namespace-apply.ts'),
  },
  'namespace delete': {
    of: 'nomad',
    summary: 'Delete a namespace',
    load: () => import('../commands/namespace-delete.ts'),
  },
  'var put': { of: 'nomad', summary: 'Write a variable', load: () => import('../commands/var-put.ts') },
  'var get': { of: 'nomad', summary: 'Print a variable', load: () => import('../commands/var-get.ts') },
  'var list': { of: 'nomad', summary: 'List variables', load: () => import('../commands/var-list.ts') },
  'var purge': { of: 'nomad', summary: 'Delete a variable', load: () => import('../commands/var-purge.ts') },
  'var init': {
    of: 'nomad',
    summary: 'Write an example of a variable',
    load: () => import('../commands/var-init.ts'),
  },
  'var lock': {
    of: 'nomad',
    summary: 'Run a program while the lock of a variable is held',
    load: () => import('../commands/var-lock.ts'),
  },
  'scaling policy list': {
    of: 'nomad',
    summary: 'List scaling policies',
    load: () => import('../commands/scaling-policy-list.ts'),
  },
  'scaling policy info': {
    of: 'nomad',
    summary: 'Show a scaling policy',
    load: () => import('../commands/scaling-policy-info.ts'),
  },
  'system gc': {
    of: 'nomad',
    summary: 'Forget at once all that is over',
    load: () => import('../commands/system-gc.ts'),
  },
  'system reconcile summaries': {
    of: 'nomad',
    summary: 'Count the summaries of jobs anew',
    load: () => import('../commands/system-reconcile-summaries.ts'),
  },
  'operator scheduler get-config': {
    of: 'nomad',
    summary: 'Show what is set for the scheduler',
    load: () => import('../commands/operator-scheduler-get-config.ts'),
  },
  'operator scheduler set-config': {
    of: 'nomad',
    summary: 'Change what is set for the scheduler',
    load: () => import('../commands/operator-scheduler-set-config.ts'),
  },
  'agent-info': {
    of: 'nomad',
    summary: 'Show figures of an agent',
    load: () => import('../commands/agent-info.ts'),
  },
  'operator api': {
    of: 'nomad',
    summary: 'Send a request to the API',
    load: () => import('../commands/operator-api.ts'),
  },
  'operator metrics': {
    of: 'nomad',
    summary: 'Print what an agent has measured',
    load: () => import('../commands/operator-metrics.ts'),
  },
  'operator raft list-peers': {
    of: 'nomad',
    summary: 'List the servers that hold the state',
    load: () => import('../commands/operator-raft-list-peers.ts'),
  },
  'operator root keyring list': {
    of: 'nomad',
    summary: 'List the keys that variables are encrypted with',
    load: () => import('../commands/operator-root-keyring-list.ts'),
  },
  'operator root keyring rotate': {
    of: 'nomad',
    summary: 'Make a new key for variables',
    load: () => import('../commands/operator-root-keyring-rotate.ts'),
  },
  'operator root keyring remove': {
    of: 'nomad',
    summary: 'Remove a key that is not used any more',
    load: () => import('../commands/operator-root-keyring-remove.ts'),
  },
  'operator autopilot get-config': {
    of: 'nomad',
    summary: 'Show how servers look after each other',
    load: () => import('../commands/operator-autopilot-get-config.ts'),
  },
  'server members': { of: 'nomad', summary: 'List the servers', load: () => import('../commands/server-members.ts') },
  'service delete': {
    of: 'nomad',
    summary: "Delete an instance of one of Nomad's own services",
    load: () => import('../commands/service-delete.ts'),
  },
};

/** Those that mean something else where the program is called `nomad`. */
export const NOMAD_FORMS: Readonly<Record<string, Entry>> = {
  agent: { of: 'nomad', summary: 'Run an agent', load: () => import('../commands/nomad-agent.ts') },
  'service list': {
    of: 'nomad',
    summary: "List Nomad's own services",
    load: () => import('../commands/nomad-service-list.ts'),
  },
  'service info': {
    of: 'nomad',
    summary: "Show the instances of one of Nomad's own services",
    load: () => import('../commands/nomad-service-info.ts'),
  },
  monitor: { of: 'nomad', summary: 'Follow the log of an agent', load: () => import('../commands/nomad-monitor.ts') },
};
