import type { Entry } from '../command.ts';

/** Commands that neither Nomad nor Consul has, and those that all three have. */
export const SHOAL_COMMANDS: Readonly<Record<string, Entry>> = {
  agent: { of: 'shoal', summary: 'Run an agent', load: () => import('../commands/agent.ts') },
  'job import': {
    of: 'shoal',
    summary: 'Make a job file from a Docker Compose file',
    load: () => import('../commands/job-import.ts'),
  },
  console: {
    of: 'shoal',
    summary: 'Evaluate expressions as a job file does',
    load: () => import('../commands/console.ts'),
  },
  'template render': {
    of: 'shoal',
    summary: 'Render a template once',
    load: () => import('../commands/template-render.ts'),
  },
  'server token': {
    of: 'shoal',
    summary: 'Print a token for other machines to join with',
    load: () => import('../commands/server-token.ts'),
  },
  'service list': {
    of: 'shoal',
    summary: 'List services and how they do',
    load: () => import('../commands/service-list.ts'),
  },
  'service info': {
    of: 'shoal',
    summary: 'Show the instances of a service',
    load: () => import('../commands/service-info.ts'),
  },
  'session create': { of: 'shoal', summary: 'Make a session', load: () => import('../commands/session-create.ts') },
  'session list': {
    of: 'shoal',
    summary: 'List sessions, or show one',
    load: () => import('../commands/session-list.ts'),
  },
  'session renew': {
    of: 'shoal',
    summary: 'Give a session its time anew',
    load: () => import('../commands/session-renew.ts'),
  },
  'session destroy': { of: 'shoal', summary: 'End a session', load: () => import('../commands/session-destroy.ts') },
  'dns query': {
    of: 'shoal',
    summary: 'Show an answer of DNS, and how it comes about',
    load: () => import('../commands/dns-query.ts'),
  },
  'dns check': {
    of: 'shoal',
    summary: 'Find what is wrong with DNS on this machine',
    load: () => import('../commands/dns-check.ts'),
  },
  'dns setup': {
    of: 'shoal',
    summary: 'Let this machine find names of the cluster',
    load: () => import('../commands/dns-setup.ts'),
  },
  'config validate': {
    of: 'both',
    summary: 'Check configuration files of an agent',
    load: () => import('../commands/config-validate.ts'),
  },
  completion: {
    of: 'both',
    summary: 'Print a script of completion for a shell',
    load: () => import('../commands/completion.ts'),
  },
  version: { of: 'both', summary: 'Print the version', load: () => import('../commands/version.ts') },
};
