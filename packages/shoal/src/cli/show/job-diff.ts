import type { DiffType, FieldDiff, GroupDiff, JobDiff, ObjectDiff, TaskDiff } from '@shoal/api';
import type { Paint } from '../output/paint.ts';

const MARKS: Readonly<Record<DiffType, string>> = { Added: '+', Deleted: '-', Edited: '+/-', None: '' };
const STEP = '  ';

type Style = { readonly paint: Paint; readonly verbose: boolean };

/** How two versions of a job differ, a line per field, with what the scheduler would do about it. */
export function jobDiff(diff: JobDiff, style: Style): string {
  const lines = [
    `${mark(diff.Type, style.paint)}${style.paint.bold(`Job: "${diff.ID}"`)}`,
    ...(isShown(diff.Type, style) ? body(diff, '', style) : []),
    ...(diff.TaskGroups ?? []).flatMap((group) => groupLines(group, style)),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is new or gone is so as a whole: only changes are shown in detail. */
function isShown(type: DiffType, { verbose }: Style): boolean {
  return type === 'Edited' || verbose;
}

function groupLines(group: GroupDiff, style: Style): string[] {
  const { paint } = style;
  const updates = Object.entries(group.Updates ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (group.Type === 'None' && updates.length === 0) return [];
  const causes = updates.map(([what, count]) => tone(what, paint)(`${count} ${what}`)).join(', ');
  return [
    `${mark(group.Type, paint)}${paint.bold(`Task Group: "${group.Name}"`)}${causes ? ` (${causes})` : ''}`,
    ...(isShown(group.Type, style) ? body(group, STEP, style) : []),
    ...(group.Tasks ?? []).flatMap((task) => taskLines(task, style)),
  ];
}

function taskLines(task: TaskDiff, style: Style): string[] {
  if (task.Type === 'None') return [];
  return [
    `${STEP}${mark(task.Type, style.paint)}${style.paint.bold(`Task: "${task.Name}"`)}${annotations(task.Annotations, style.paint)}`,
    ...(isShown(task.Type, style) ? body(task, STEP + STEP, style) : []),
  ];
}

type Body = Pick<ObjectDiff, 'Fields' | 'Objects'>;

/** Fields, their values below each other, and the blocks inside. */
function body({ Fields, Objects }: Body, indent: string, style: Style): string[] {
  const [fields, objects] = [Fields ?? [], (Objects ?? []).filter(({ Type }) => Type !== 'None' || style.verbose)];
  const nameWidth = Math.max(0, ...fields.map(({ Name }) => Name.length));
  const markWidth = Math.max(0, ...[...fields, ...objects].map(({ Type }) => MARKS[Type].length));
  return [
    ...fields.map((field) => `${indent}${fieldLine(field, { nameWidth, markWidth }, style.paint)}`),
    ...objects.flatMap((object) => {
      const inner = ' '.repeat(indent.length + markWidth + 1);
      return [
        `${indent}${padded(object.Type, markWidth, style.paint)}${object.Name} {`,
        ...body(object, indent + STEP, style),
        `${inner}}`,
      ];
    }),
  ];
}

type Widths = { readonly nameWidth: number; readonly markWidth: number };

function fieldLine(field: FieldDiff, { nameWidth, markWidth }: Widths, paint: Paint): string {
  const name = `${field.Name}:`.padEnd(nameWidth + 1);
  return `${padded(field.Type, markWidth, paint)}${name} ${values(field)}${annotations(field.Annotations, paint)}`;
}

function values({ Type, Old, New }: FieldDiff): string {
  if (Type === 'Edited') return `"${Old}" => "${New}"`;
  return Type === 'Deleted' ? `"${Old}"` : `"${New || Old}"`;
}

function annotations(texts: readonly string[] | null, paint: Paint): string {
  if (!texts || texts.length === 0) return '';
  return ` (${texts.map((text) => tone(text, paint)(text)).join(', ')})`;
}

function mark(type: DiffType, paint: Paint): string {
  return type === 'None' ? '' : `${colored(type, paint)} `;
}

function padded(type: DiffType, width: number, paint: Paint): string {
  return width === 0 ? '' : `${colored(type, paint)}${' '.repeat(width - MARKS[type].length + 1)}`;
}

function colored(type: DiffType, paint: Paint): string {
  const tones = { Added: paint.green, Deleted: paint.red, Edited: paint.yellow, None: (text: string) => text };
  return tones[type](MARKS[type]);
}

function tone(text: string, paint: Paint): (text: string) => string {
  if (/create\/destroy/.test(text)) return paint.yellow;
  if (/destroy|preempt/.test(text)) return paint.red;
  if (/create|canary/.test(text)) return paint.green;
  return /in-place|migrate/.test(text) ? paint.cyan : (same) => same;
}
