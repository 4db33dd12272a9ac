import type { Outcome, RegisteredCheck } from '../registry/definitions.ts';

/** An alias shows the worst of the checks of its service and of the node. */
export function aliasOutcome(followed: Iterable<RegisteredCheck>): Outcome {
  let worst: Outcome | undefined;
  for (const check of followed) {
    if (check.status === 'passing') worst ??= { status: 'passing', output: 'All checks passing.' };
    else if (worst?.status !== 'critical') worst = failing(check, worst);
  }
  return worst ?? { status: 'passing', output: 'No checks found.' };
}

function failing(check: RegisteredCheck, before: Outcome | undefined): Outcome {
  if (before?.status === check.status) return before;
  // Aliases of aliases do not quote each other: two that look at each other would grow for ever.
  const cause = check.definition.run.kind === 'alias' ? '' : check.output;
  return { status: check.status, output: `Aliased check "${check.definition.name}" failing: ${cause}` };
}
