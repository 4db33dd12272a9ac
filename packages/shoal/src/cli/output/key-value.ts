import { type Paint, widthOf } from './paint.ts';

/** `Name = value` lines with the signs of equality below each other; pairs without a value are left out. */
export function keyValue(paint: Paint, pairs: readonly (readonly [string, string | undefined])[]): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown
    .map(([name, value]) => `${`${paint.bold(name)}${' '.repeat(width - widthOf(name))} = ${value}`.trimEnd()}\n`)
    .join('');
}
