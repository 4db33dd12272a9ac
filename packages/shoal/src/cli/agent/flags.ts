import { AGENT_FLAGS, type AgentFlags } from '../../config/flags.ts';
import { UsageError } from '../errors.ts';
import type { FlagSpec, FlagSpecs } from '../flags.ts';

const KINDS = { flag: 'bool', text: 'text', number: 'number', texts: 'texts', pairs: 'texts' } as const;

type FlagName = keyof AgentFlags;

export type AgentFlagSet = {
  /** As the parser takes them. */
  readonly specs: FlagSpecs;
  /** What was given, in the configuration's words. Flags that are not of this set are passed over. */
  read(given: Readonly<Record<string, unknown>>): AgentFlags;
};

/**
 * The configuration's flags, as a command takes them: all but those that its tool has for something else, and with the names that its tool gives
 * them.
 */
export function agentFlagSet({
  without = [],
  names = {},
}: {
  without?: readonly FlagName[];
  names?: Partial<Record<FlagName, readonly string[]>>;
} = {}): AgentFlagSet {
  const set = AGENT_FLAGS.filter(({ flag }) => !without.includes(flag)).map((definition) => {
    const [name = '', ...also] = names[definition.flag] ?? definition.names;
    return { ...definition, name, also };
  });
  return {
    specs: Object.fromEntries(
      set.map(({ name, also, value, help }): [string, FlagSpec] => [
        name,
        { kind: KINDS[value], help, also, ...(value === 'pairs' && { value: 'KEY=VALUE' }) },
      ]),
    ),
    read: (given) =>
      Object.fromEntries(
        set.flatMap(({ flag, name, value }) => {
          const text = given[name];
          if (text === undefined || (Array.isArray(text) && text.length === 0)) return [];
          return [[flag, value === 'pairs' ? pairs(text as readonly string[]) : text]];
        }),
      ) as AgentFlags,
  };
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
