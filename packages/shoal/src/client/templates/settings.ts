import type { ConsulClient } from '@shoal/api';

/** What the agent gives to the templates of its tasks. */
export type TemplateSettings = {
  /** Asked anew for each question; undefined while the agent's Consul API is served nowhere. */
  consul: () => ConsulClient | undefined;
  /** Functions that tasks may not use (client option `template.function_denylist`). */
  deniedFunctions: readonly string[];
  /** Whether templates may read every file of the machine (client option `template.disable_file_sandbox`). */
  anyFile: boolean;
  /** What the function `sockaddr` says; undefined: it is refused. */
  sockaddr?: (expression: string) => string;
  /** A user is told what a task waits for when it has waited so long, milliseconds. */
  patienceMs: number;
};

export const templateDefaults: TemplateSettings = {
  consul: () => undefined,
  deniedFunctions: ['plugin', 'writeToFile'],
  anyFile: false,
  patienceMs: 3_000,
};
