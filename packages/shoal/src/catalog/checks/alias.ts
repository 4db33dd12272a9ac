import type { CheckStatus } from '@shoal/api';
import type { Outcome } from '../registry/definitions.ts';

/** A check that an alias follows. */
export type Followed = {
  readonly name: string;
  readonly status: CheckStatus;
  readonly output: string;
  readonly isAlias: boolean;
};

/** An alias shows the worst of the checks of its service and of the node. */
export function aliasOutcome(followed: Iterable<Followed>): Outcome {
  let worst: Outcome | undefined;
  for (const check of followed) {
    if (check.status === 'passing') worst ??= { status: 'passing', output: 'All checks passing.' };
    else if (worst?.status !== 'critical') worst = failing(check, worst);
  }
  return worst ?? { status: 'passing', output: 'No checks found.' };
}

function failing(check: Followed, before: Outcome | undefined): Outcome {
  if (before?.status === check.status) return before;
  // Aliases of aliases do not quote each other: two that look at each other would grow for ever.
  return {
    status: check.status,
    output: `Aliased check "${check.name}" failing: ${check.isAlias ? '' : check.output}`,
  };
}
