import type { Task, WorkloadIdentity } from '@shoal/api';
import { cleanName } from '../env/port-variables.ts';

/** An identity of a task that the task itself sees (https://developer.hashicorp.com/nomad/docs/job-specification/identity). */
export type ExposedIdentity = {
  name: string;
  /** The variable that holds its token. */
  variable: string | undefined;
  /** The file that holds it, as the job file says or by default. */
  file: string | undefined;
  changeMode: string;
  changeSignal: string;
  /** 0: its tokens do not expire. */
  ttlMs: number;
};

const DEFAULT = 'default';

export function exposedIdentities({ Identities }: Task): ExposedIdentity[] {
  return (Identities ?? []).map(exposed).filter(({ variable, file }) => variable !== undefined || file !== undefined);
}

function exposed(identity: WorkloadIdentity): ExposedIdentity {
  const name = identity.Name || DEFAULT;
  const isDefault = name === DEFAULT;
  const usualFile = isDefault ? 'secrets/nomad_token' : `secrets/nomad_${name}.jwt`;
  return {
    name,
    variable: identity.Env ? (isDefault ? 'NOMAD_TOKEN' : `NOMAD_TOKEN_${cleanName(name)}`) : undefined,
    file: identity.File ? identity.Filepath || usualFile : undefined,
    changeMode: identity.ChangeMode,
    changeSignal: identity.ChangeSignal,
    ttlMs: identity.TTL / 1e6,
  };
}

/** When a token that was made at `madeAt` is replaced: in good time, and not all at once. Undefined for one that does not expire. */
export function renewalOf(
  { ttlMs }: Pick<ExposedIdentity, 'ttlMs'>,
  madeAt: number,
  random: number,
): number | undefined {
  return ttlMs > 0 ? madeAt + ttlMs * (0.5 + 0.2 * random) : undefined;
}
