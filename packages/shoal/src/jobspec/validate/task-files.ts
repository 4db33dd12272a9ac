import type { TaskArtifact, Template } from '@shoal/api';
import { type Finding, finding, isInterpolated, quoted, when, within } from './findings.ts';
import { escapesAllocation } from './sandbox-path.ts';

const ESCAPES = 'destination escapes allocation directory';

/** Hexadecimal digits of each kind of checksum. */
const CHECKSUM_DIGITS: Record<string, number> = { md5: 32, sha1: 40, sha256: 64, sha512: 128 };

export function validateArtifact(artifact: TaskArtifact): Finding[] {
  return [
    ...when(
      [artifact.GetterSource === '', 'source must be specified'],
      [
        !['any', 'file', 'dir'].includes(artifact.GetterMode),
        `invalid artifact mode ${quoted(artifact.GetterMode)}; must be one of: any, file, dir`,
        'GetterMode',
      ],
      [escapesAllocation(artifact.RelativeDest), ESCAPES, 'RelativeDest'],
    ),
    ...within(validateChecksum(artifact.GetterOptions?.['checksum']), 'GetterOptions'),
  ];
}

function validateChecksum(checksum: string | undefined): Finding[] {
  if (checksum === undefined || isInterpolated(checksum)) return [];
  const [type = '', ...rest] = checksum.split(':');
  const value = rest.join(':');
  if (rest.length === 0 || value === '')
    return [finding(`invalid checksum ${quoted(checksum)}: must be given as "type:value", for example "sha256:…"`)];
  if (type === 'file') return [];
  const digits = CHECKSUM_DIGITS[type];
  if (digits === undefined) return [finding(`unsupported checksum type: ${type}`)];
  const isRight = value.length === digits && /^[0-9a-f]+$/i.test(value);
  return when([!isRight, `invalid ${type} checksum: ${value} (must be ${digits} hexadecimal digits)`]);
}

const CHANGE_MODES = ['noop', 'restart', 'signal', 'script'];

export function validateTemplate(template: Template): Finding[] {
  return when(
    [
      template.SourcePath === '' && template.EmbeddedTmpl === '',
      'Must specify a source path or have an embedded template',
    ],
    [template.DestPath === '', 'Must specify a destination for the template'],
    [escapesAllocation(template.DestPath), ESCAPES, 'DestPath'],
    [
      !CHANGE_MODES.includes(template.ChangeMode),
      `Invalid change mode given: ${quoted(template.ChangeMode)}. Must be one of ${quoted(CHANGE_MODES.join(', '))}`,
      'ChangeMode',
    ],
    [
      template.ChangeMode === 'signal' && template.ChangeSignal === '',
      'Must specify signal value when change mode is signal',
      'ChangeMode',
    ],
    [
      template.ChangeMode === 'script' && !template.ChangeScript?.Command,
      'Must specify a change_script with a command when change mode is script',
      'ChangeMode',
    ],
    [
      (template.Wait?.Max ?? 0) > 0 && (template.Wait?.Min ?? 0) > (template.Wait?.Max ?? 0),
      'wait: min must not be greater than max',
      'Wait',
    ],
    [template.ChangeMode === 'signal' && template.Envvars, 'cannot use signals with env var templates', 'ChangeMode'],
    [template.Splay < 0, 'Must specify positive splay value', 'Splay'],
    [
      !/^0?[0-7]{3,4}$/.test(template.Perms),
      `Failed to parse ${quoted(template.Perms)} as octal: write for example "0644"`,
      'Perms',
    ],
  );
}
