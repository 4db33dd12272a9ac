import { AGENT_FLAGS, type AgentFlags } from '../../config/flags.ts';
import { UsageError } from '../errors.ts';
import type { FlagSpec, FlagSpecs } from '../flags.ts';

const KINDS = { flag: 'bool', text: 'text', number: 'number', texts: 'texts', pairs: 'texts' } as const;

/** The configuration's flags as the parser takes them, all but those named. `names` gives some of them other names. */
export function agentFlagSpecs({
  without = [],
  names = {},
}: {
  without?: readonly (keyof AgentFlags)[];
  names?: Partial<Record<keyof AgentFlags, readonly string[]>>;
} = {}): FlagSpecs {
  const wanted = AGENT_FLAGS.filter(({ flag }) => !without.includes(flag));
  const specs = wanted.map(({ flag, names: own, value, help }): [string, FlagSpec] => {
    const [name = '', ...also] = names[flag] ?? own;
    return [name, { kind: KINDS[value], help, also, ...(value === 'pairs' && { value: 'KEY=VALUE' }) }];
  });
  return Object.fromEntries(specs);
}

/** What was given, in the configuration's words. Flags that are not the configuration's are passed over. */
export function toAgentFlags(
  given: Readonly<Record<string, unknown>>,
  names: Partial<Record<keyof AgentFlags, readonly string[]>> = {},
): AgentFlags {
  const entries = AGENT_FLAGS.flatMap(({ flag, names: own, value }) => {
    const text = given[(names[flag] ?? own)[0] ?? ''];
    if (text === undefined || (Array.isArray(text) && text.length === 0)) return [];
    return [[flag, value === 'pairs' ? pairs(text as readonly string[]) : text]];
  });
  return Object.fromEntries(entries) as AgentFlags;
}

/** `KEY=VALUE`, several divided by commas or given one by one. */
export function pairs(texts: readonly string[]): Record<string, string> {
  const all = texts.flatMap((text) => text.split(','));
  return Object.fromEntries(
    all.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`"${text}" is no KEY=VALUE`);
      return [text.slice(0, at).trim(), text.slice(at + 1)];
    }),
  );
}
