import { CommandError, UsageError } from '../errors.ts';
import type { FlagSpecs, FlagValues } from '../flags.ts';
import { jsonText } from './json.ts';

/** What every command takes that shows an object of the API, or a list of them. */
export const DATA_FLAGS = {
  json: { kind: 'bool', help: 'Print JSON' },
  t: { kind: 'text', value: 'TEMPLATE', help: "Print it by a Go template, such as '{{ .ID }}'" },
} as const satisfies FlagSpecs;

/** The value as `-json` or `-t` asks for it; undefined when neither is given. */
export async function asData(value: unknown, { json, t }: FlagValues<typeof DATA_FLAGS>): Promise<string | undefined> {
  if (t === undefined) return json ? jsonText(value) : undefined;
  if (json) throw new UsageError('-json and -t contradict each other');
  const { compile, TemplateError } = await import('@shoal/gotemplate');
  try {
    return `${compile(t, { name: 'format' }).render(value)}\n`;
  } catch (error) {
    if (error instanceof TemplateError) throw new CommandError(`-t: ${error.message}`);
    throw error;
  }
}
