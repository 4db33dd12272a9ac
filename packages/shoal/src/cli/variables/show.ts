import type { Variable } from '@shoal/api';
import { format, stringValue } from '@shoal/hcl';
import { CommandError, UsageError } from '../errors.ts';
import type { FlagSpecs } from '../flags.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../output/json.ts';
import { keyValue } from '../output/key-value.ts';
import { hclValue } from '../show/hcl-value.ts';

export const TEMPLATE_FLAG = {
  template: { kind: 'text', value: 'TEMPLATE', help: "A Go template for -out=go-template, such as '{{ .Path }}'" },
} as const satisfies FlagSpecs;

/** One of these forms; throws UsageError. */
export function outputForm<F extends string>(given: string | undefined, forms: readonly F[], otherwise: F): F {
  const form = forms.find((known) => known === (given ?? otherwise));
  if (form === undefined) throw new UsageError(`-out is one of ${forms.join(', ')}, not "${given}"`);
  return form;
}

export type VariableForm = 'go-template' | 'hcl' | 'json' | 'none' | 'table';
export const VARIABLE_FORMS: readonly VariableForm[] = ['go-template', 'hcl', 'json', 'none', 'table'];

export async function variableText(
  variable: Variable,
  form: VariableForm,
  template: string | undefined,
  { paint }: Io,
): Promise<string> {
  if (template !== undefined && form !== 'go-template') throw new UsageError('-template needs -out=go-template');
  switch (form) {
    case 'none':
      return '';
    case 'json':
      return jsonText(variable);
    case 'hcl':
      return hclText(variable);
    case 'go-template':
      return byTemplate(template, variable);
    case 'table': {
      const { Namespace, Path, CreateTime, ModifyTime, ModifyIndex, Lock, Items } = variable;
      const about = keyValue(paint, [
        ['Namespace', Namespace],
        ['Path', Path],
        ['Create Time', timeText(CreateTime)],
        ['Modify Time', ModifyTime === CreateTime ? undefined : timeText(ModifyTime)],
        ['Check Index', String(ModifyIndex)],
        ['Lock', Lock && `held for ${Lock.TTL}, with a delay of ${Lock.LockDelay}`],
      ]);
      return `${about}\n${paint.bold('Items')}\n${keyValue(paint, Object.entries(Items))}`;
    }
  }
}

/** `text` is the value of -template. */
export async function byTemplate(text: string | undefined, value: unknown): Promise<string> {
  if (text === undefined) throw new UsageError('-out=go-template needs -template');
  const { compile, TemplateError } = await import('@shoal/gotemplate');
  try {
    return `${compile(text, { name: 'template' }).render(value)}\n`;
  } catch (error) {
    if (error instanceof TemplateError) throw new CommandError(`-template: ${error.message}`);
    throw error;
  }
}

/** Of Unix nanoseconds, in the time zone of the user. */
export function timeText(nanoseconds: number): string {
  const date = new Date(nanoseconds / 1e6);
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const two = (number: number) => String(Math.abs(number)).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.trunc(offset / 60))}:${two(offset % 60)}`;
}

/** A specification that `var put` takes, with what the server has added. */
function hclText({ Namespace, Path, CreateIndex, ModifyIndex, CreateTime, ModifyTime, Items }: Variable): string {
  const text = (value: string) => hclValue(stringValue(value));
  const items = Object.entries(Items).map(([key, value]) => `  ${keyText(key)} = ${text(value)}\n`);
  const spec = `namespace = ${text(Namespace)}
path = ${text(Path)}
create_index = ${CreateIndex}
modify_index = ${ModifyIndex} # var put writes only while the variable has this index
create_time = ${CreateTime}
modify_time = ${ModifyTime}

items = {
${items.join('')}}
`;
  return format(spec, 'spec.nv.hcl').text ?? spec;
}

function keyText(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? key : hclValue(stringValue(key));
}
