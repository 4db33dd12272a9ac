import { artifactsHook } from './artifacts.ts';
import { directoriesHook } from './directories.ts';
import { dispatchPayloadHook } from './dispatch-payload.ts';
import type { TaskHook } from './hook.ts';
import { identityHook } from './identity.ts';
import { networkHook } from './network.ts';
import { portsHook } from './ports.ts';
import { servicesHook } from './services.ts';
import { templatesHook } from './templates.ts';
import { validateHook } from './validate.ts';

/**
 * A task's life, in order: what is wrong in the job file is said before anything is made; the network comes before what
 * may name its address; files come before what reads them; what may need a token comes behind the identity; templates stand
 * behind artifacts, because a template's source may be one; ports are looked at when all that takes time is done; services are last, because they announce
 * what is ready.
 */
export const taskHooks: readonly TaskHook[] = [
  validateHook,
  networkHook,
  directoriesHook,
  dispatchPayloadHook,
  identityHook,
  artifactsHook,
  templatesHook,
  portsHook,
  servicesHook,
];
