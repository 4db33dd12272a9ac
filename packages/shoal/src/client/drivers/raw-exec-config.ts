const KNOWN = ['command', 'args', 'work_dir', 'oom_score_adj'];
const CGROUPS = ['cgroup_v1_override', 'cgroup_v2_override'];

/** In the words of Nomad's decoder of driver configurations, with ours for the remedy. */
export function validateConfig(config: Record<string, unknown>): string[] {
  const mistakes: string[] = [];
  for (const key of Object.keys(config)) {
    if (CGROUPS.includes(key))
      mistakes.push(`"${key}" is not supported: a task ends with all that is in its own group, and so has one`);
    else if (!KNOWN.includes(key))
      mistakes.push(`No argument or block type is named "${key}"; raw_exec takes ${KNOWN.map(quoted).join(', ')}`);
  }
  const { command, args, work_dir: folder, oom_score_adj: likelihood } = config;
  if (command === undefined) mistakes.push('The argument "command" is required, but no definition was found');
  else if (typeof command !== 'string' || command === '') mistakes.push('"command" must be a text that is not empty');
  if (args !== undefined && !(Array.isArray(args) && args.every(isPlain)))
    mistakes.push('"args" must be a list of texts');
  if (folder !== undefined && !(typeof folder === 'string' && folder.startsWith('/')))
    mistakes.push('"work_dir" must be an absolute path');
  if (likelihood !== undefined && !isLikelihood(Number(likelihood)))
    mistakes.push('"oom_score_adj" must be a whole number from 0 to 1000');
  return mistakes;
}

const quoted = (word: string) => `"${word}"`;

function isLikelihood(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 1000;
}

/** HCL turns numbers and booleans in a list of texts into texts. */
function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
