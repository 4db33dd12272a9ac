import type { MeshView } from '../../dns/view.ts';
import type { State } from '../../state/state.ts';
import { viewInstance } from '../view-instance.ts';
import { connectInstances, ingressInstances } from './instances.ts';

/** What of a mesh is registered, as DNS reads it. */
export function createMeshView(state: State): MeshView {
  return {
    connect: (name) => connectInstances(state.read(), name).map(viewInstance),
    ingress: (name) => ingressInstances(state.read(), name).map(viewInstance),
  };
}
