import { median } from './table.mjs';

/**
 * Measures each in turn, several times, so that a change of the machine's mood meets all of them. Answers with the medians: one object of figures per
 * agent, in their order.
 */
export async function inTurn(agents, rounds, measure) {
  const measured = agents.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [at, agent] of agents.entries()) measured[at].push(await measure(agent));
  return measured.map((runs) =>
    Object.fromEntries(Object.keys(runs[0]).map((figure) => [figure, median(runs.map((run) => run[figure]))])),
  );
}
