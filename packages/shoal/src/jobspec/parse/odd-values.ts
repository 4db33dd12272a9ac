import type { Attribute, Diagnostic } from '@shoal/hcl';
import { formatDuration, MILLISECOND } from '../../duration.ts';
import type { ScalarType } from '../schema/field.ts';

/** A value that is allowed, and most likely not what was meant. */
export function oddValue(attribute: Attribute, type: ScalarType, value: unknown): Diagnostic | undefined {
  if (type === 'duration') return nanoseconds(attribute, value);
  return type === 'text' ? bareName(attribute, value) : undefined;
}

/** `interval = 10`: a number without a unit, which is written for seconds. */
function nanoseconds({ name, expression }: Attribute, value: unknown): Diagnostic | undefined {
  if (expression.kind !== 'literal' || typeof value !== 'number' || value <= 0 || value >= MILLISECOND)
    return undefined;
  const detail = `A number is taken as nanoseconds: "${name}" is ${formatDuration(value)}.`;
  return warning(expression.range, 'A duration without unit', detail, `write "${value}s" if seconds are meant`);
}

/** `driver = docker`: as a variable it stands for itself, to be filled in where the task runs. */
function bareName({ expression }: Attribute, value: unknown): Diagnostic | undefined {
  if (expression.kind !== 'reference' || value !== `\${${expression.source}}`) return undefined;
  const { source, traversal } = expression;
  if (traversal.steps.length > 0 || source.startsWith('NOMAD_')) return undefined;
  const detail = `Without quotes, ${source} is a variable, and none of that name is known while the file is read.`;
  return warning(expression.range, 'A text without quotes', detail, `write "${source}" if the text is meant`);
}

function warning(range: Attribute['range'], summary: string, detail: string, remedy: string): Diagnostic {
  return { severity: 'warning', summary, detail, range, remedy };
}
