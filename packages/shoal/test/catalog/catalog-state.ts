import { onTestFinished } from 'vitest';
import { commitPlanned } from '../../src/catalog/commit.ts';
import { planDeregister } from '../../src/catalog/deregister.ts';
import { planRegister } from '../../src/catalog/register.ts';
import type {
  CatalogRegistration,
  CheckRegistrationBody,
  ServiceRegistrationBody,
} from '../../src/catalog/registration.ts';
import { openState, type State } from '../../src/state/state.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { tempDir } from '../support/temp-dir.ts';

export async function emptyState(): Promise<State> {
  const state = await openState(await openEmbeddedStore({ path: await tempDir(), mapSize: 64 * 1024 ** 2 }));
  onTestFinished(() => state.close());
  return state;
}

type Given = Partial<Omit<CatalogRegistration, 'Service' | 'Checks'>> & {
  Service?: Partial<ServiceRegistrationBody>;
  Checks?: Partial<CheckRegistrationBody>[];
};

/** A complete registration; a case says only what it is about. */
export function aRegistration({ Service, Checks = [], ...given }: Given = {}): CatalogRegistration {
  const node = { ID: '', Node: 'n1', Address: '10.0.0.1', TaggedAddresses: {}, NodeMeta: {}, SkipNodeUpdate: false };
  return { ...node, ...given, Service: Service && aService(Service), Checks: Checks.map(aCheck) };
}

function aService(given: Partial<ServiceRegistrationBody>): ServiceRegistrationBody {
  const empty = { Kind: '', ID: '', Service: 'web', Tags: [], Address: '', TaggedAddresses: {}, Meta: {}, Port: 0 };
  return { ...empty, Weights: undefined, EnableTagOverride: false, ...given };
}

function aCheck(given: Partial<CheckRegistrationBody>): CheckRegistrationBody {
  const empty = { Node: '', CheckID: '', Name: 'c', Status: '', Notes: '', Output: '', ServiceID: '', Type: '' };
  return { ...empty, Definition: {}, ...given };
}

export async function register(state: State, given: Given): Promise<number> {
  return (await commitPlanned(state, (tables) => planRegister(tables, aRegistration(given), 'dc1'))).index;
}

export async function deregister(
  state: State,
  given: { Node?: string; ServiceID?: string; CheckID?: string },
): Promise<number> {
  const named = { Node: 'n1', ServiceID: '', CheckID: '', ...given };
  return (await commitPlanned(state, (tables) => planDeregister(tables, named))).index;
}
