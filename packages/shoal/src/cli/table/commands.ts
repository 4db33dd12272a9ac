import type { Entry } from '../command.ts';

import { CONSUL_COMMANDS, CONSUL_FORMS } from './consul.ts';
import { NOMAD_COMMANDS, NOMAD_FORMS } from './nomad.ts';
import { SHOAL_COMMANDS } from './shoal.ts';

/** Every command, by its words. */
export const COMMANDS: Readonly<Record<string, Entry>> = { ...SHOAL_COMMANDS, ...NOMAD_COMMANDS, ...CONSUL_COMMANDS };

/** Commands that a link's name changes. */
export const OWN_FORMS: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  nomad: NOMAD_FORMS,
  consul: CONSUL_FORMS,
};
