import type { Command } from './command.ts';

/** A command before it is loaded. */
export type Entry = {
  readonly summary: string;
  /** Whose command it is: under a link named `nomad` or `consul` only that tool's are there. */
  readonly of: 'nomad' | 'consul' | 'both' | 'shoal';
  readonly load: () => Promise<{ readonly command: Command }>;
};

/** Every command, by its words. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  agent: { of: 'shoal', summary: 'Run an agent', load: () => import('./commands/agent.ts') },
  'job run': { of: 'nomad', summary: 'Register a job, and follow it', load: () => import('./commands/job-run.ts') },
  'job status': { of: 'nomad', summary: 'List jobs, or show one', load: () => import('./commands/job-status.ts') },
  'config validate': {
    of: 'both',
    summary: 'Check configuration files of an agent',
    load: () => import('./commands/config-validate.ts'),
  },
  version: { of: 'both', summary: 'Print the version', load: () => import('./commands/version.ts') },
};

/** Commands whose flags mean something else under a tool's name. */
export const OWN_FORMS: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  nomad: {
    agent: { of: 'nomad', summary: 'Run an agent', load: () => import('./commands/nomad-agent.ts') },
  },
  consul: {
    agent: { of: 'consul', summary: 'Run an agent', load: () => import('./commands/consul-agent.ts') },
  },
};

/** What the first words of several commands stand for. */
export const GROUPS: Readonly<Record<string, string>> = {
  job: 'Run, plan, stop and look at jobs',
  config: 'Check configuration files of an agent',
};

/** Shorter or other words for a command, where its tool has them. */
export const ALIASES: Readonly<Record<string, { readonly of: Entry['of']; readonly to: string }>> = {
  run: { of: 'nomad', to: 'job run' },
  validate: { of: 'consul', to: 'config validate' },
};
