import type { State } from '../../state/state.ts';
import type { Outcome } from '../registry/definitions.ts';
import { aliasOutcome } from './alias.ts';

/** A node of the catalog, one of its services ('' for none), and the check that looks at them and does not count itself. */
export type AliasTarget = { readonly node: string; readonly serviceId: string; readonly except: string };

/** Tells the outcome now and after each change, until the returned function is called. */
export type FollowCatalog = (target: AliasTarget, report: (outcome: Outcome) => void) => () => void;

const FOR_EVER_MS = 24 * 60 * 60 * 1000;

/** Aliases of other nodes look at the catalog, as every agent holds it. */
export function createFollowCatalog(state: State): FollowCatalog {
  return (target, report) => {
    const stop = new AbortController();
    const follow = async () => {
      while (!stop.signal.aborted) {
        const read = state.read();
        const checks = read.by(state.tables.catalogChecks, 'node', target.node.toLowerCase());
        const isThere = read.get(state.tables.catalogNodes, target.node.toLowerCase()) !== undefined;
        report(isThere ? outcomeOf(target, checks) : { status: 'critical', output: `There is no node ${target.node}` });
        await state.wait(read, FOR_EVER_MS, stop.signal);
      }
    };
    void follow();
    return () => stop.abort();
  };
}

type Row = {
  CheckID: string;
  ServiceID: string;
  Name: string;
  Status: Outcome['status'];
  Output: string;
  Type: string;
};

function outcomeOf({ serviceId, except }: AliasTarget, rows: readonly Row[]): Outcome {
  const followed = rows.filter(
    ({ CheckID, ServiceID }) => CheckID !== except && (ServiceID === '' || ServiceID === serviceId),
  );
  return aliasOutcome(
    followed.map(({ Name, Status, Output, Type }) => ({
      name: Name,
      status: Status,
      output: Output,
      isAlias: Type === 'alias',
    })),
  );
}
