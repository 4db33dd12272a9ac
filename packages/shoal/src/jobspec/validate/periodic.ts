import type { ParameterizedJobConfig, PeriodicConfig } from '@shoal/api';
import { type Finding, finding, quoted, when } from './findings.ts';

const MACROS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

export function validatePeriodic(periodic: PeriodicConfig): Finding[] {
  if (!periodic.Enabled) return [];
  const specs = [periodic.Spec, ...(periodic.Specs ?? [])].filter((spec) => spec !== '');
  return [
    ...when(
      [specs.length === 0, 'Must specify a spec'],
      [periodic.SpecType !== 'cron', `Unknown periodic specification type ${quoted(periodic.SpecType)}`],
      [
        !isTimeZone(periodic.TimeZone),
        `Invalid time zone ${quoted(periodic.TimeZone)}: write a name of the IANA database, for example "Europe/Berlin"`,
        'TimeZone',
      ],
    ),
    ...specs
      .filter((spec) => !isCron(spec))
      .map((spec) => finding(`Invalid cron spec ${quoted(spec)}: ${cronRemedy(spec)}`, 'Spec')),
  ];
}

function isTimeZone(name: string): boolean {
  if (name === 'Local') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // the only thing that the constructor refuses here is the name
  }
}

/** Minute to day of week, with seconds before them and a year behind, as Nomad's cron expressions may have. */
export function isCron(spec: string): boolean {
  if (spec.startsWith('@')) return MACROS.includes(spec);
  const fields = spec.trim().split(/\s+/);
  return fields.length >= 5 && fields.length <= 7 && fields.every(isCronField);
}

const CRON_VALUE = '(\\d{1,4}|[a-z]{3,9})';
const CRON_PART = new RegExp(
  `^(\\*|\\?|L|LW|${CRON_VALUE}(-${CRON_VALUE})?|\\d{1,2}W|${CRON_VALUE}(L|#[1-5]))(/[1-9]\\d*)?$`,
  'i',
);

function isCronField(field: string): boolean {
  return field.split(',').every((part) => CRON_PART.test(part));
}

function cronRemedy(spec: string): string {
  return spec.startsWith('@')
    ? `must be one of ${MACROS.join(', ')}`
    : 'write five fields: minute, hour, day of month, month, day of week (seconds may stand before them, a year behind)';
}

export function validateParameterized(parameterized: ParameterizedJobConfig): Finding[] {
  const required = parameterized.MetaRequired ?? [];
  const both = required.filter((key) => parameterized.MetaOptional?.includes(key));
  return when(
    [
      !['optional', 'required', 'forbidden', ''].includes(parameterized.Payload),
      `Unknown payload requirement: ${quoted(parameterized.Payload)}`,
      'Payload',
    ],
    [
      both.length > 0,
      `Required and optional meta keys should be disjoint. Following keys exist in both: ${both.join(', ')}`,
      'MetaOptional',
    ],
  );
}
