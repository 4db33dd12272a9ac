import type { ParameterizedJobConfig, PeriodicConfig } from '@shoal/api';
import { parseCron } from '../../cron.ts';
import { type Finding, finding, quoted, when } from './findings.ts';

export function validatePeriodic(periodic: PeriodicConfig): Finding[] {
  if (!periodic.Enabled) return [];
  const several = periodic.Specs ?? [];
  return [
    ...when(
      [periodic.Spec === '' && several.length === 0, 'Must specify a spec'],
      [periodic.Spec !== '' && several.length > 0, 'cron and crons are both given: use one of them', 'Specs'],
      [periodic.SpecType !== 'cron', `Unknown periodic specification type ${quoted(periodic.SpecType)}`],
      [
        !isTimeZone(periodic.TimeZone),
        `Invalid time zone ${quoted(periodic.TimeZone)}: write a name of the IANA database, for example "Europe/Berlin"`,
        'TimeZone',
      ],
    ),
    ...(periodic.Spec === '' ? [] : validateCron(periodic.Spec, 'Spec')),
    ...several.flatMap((spec) => validateCron(spec, 'Specs')),
  ];
}

function validateCron(spec: string, field: 'Spec' | 'Specs'): Finding[] {
  const schedule = parseCron(spec);
  return 'error' in schedule ? [finding(`Invalid cron spec ${quoted(spec)}: ${schedule.error}`, field)] : [];
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
