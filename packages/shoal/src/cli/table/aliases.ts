import type { Alias } from '../command.ts';

/** Shorter or other words for a command, where its tool has them. A later one wins where two tools have the same words. */
export const ALIASES: Readonly<Record<string, readonly Alias[]>> = {
  run: [{ of: 'nomad', to: 'job run' }],
  init: [{ of: 'nomad', to: 'job init' }],
  stop: [{ of: 'nomad', to: 'job stop' }],
  plan: [{ of: 'nomad', to: 'job plan' }],
  inspect: [{ of: 'nomad', to: 'job inspect' }],
  logs: [{ of: 'nomad', to: 'alloc logs' }],
  fs: [{ of: 'nomad', to: 'alloc fs' }],
  exec: [{ of: 'nomad', to: 'alloc exec' }],
  'job action': [{ of: 'nomad', to: 'action' }],
  validate: [
    { of: 'nomad', to: 'job validate' },
    { of: 'consul', to: 'config validate' },
  ],
};
