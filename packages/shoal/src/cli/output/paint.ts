/** Marks for a terminal. */
export type Paint = Readonly<
  Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan', (text: string) => string>
>;

const mark = (on: number, off: number) => (text: string) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`);
const same = (text: string) => text;

const COLOR: Paint = {
  bold: mark(1, 22),
  dim: mark(2, 22),
  red: mark(31, 39),
  green: mark(32, 39),
  yellow: mark(33, 39),
  blue: mark(34, 39),
  cyan: mark(36, 39),
};
const PLAIN: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, blue: same, cyan: same };

export function paintFor(color: boolean): Paint {
  return color ? COLOR : PLAIN;
}

const TONES: Readonly<Record<string, 'green' | 'yellow' | 'red' | 'dim'>> = {
  running: 'green',
  ready: 'green',
  eligible: 'green',
  healthy: 'green',
  passing: 'green',
  alive: 'green',
  successful: 'green',
  pending: 'yellow',
  warning: 'yellow',
  blocked: 'yellow',
  initializing: 'yellow',
  ineligible: 'yellow',
  paused: 'yellow',
  unknown: 'yellow',
  failed: 'red',
  lost: 'red',
  down: 'red',
  unhealthy: 'red',
  critical: 'red',
  disconnected: 'red',
  dead: 'dim',
  complete: 'dim',
  stop: 'dim',
  left: 'dim',
  cancelled: 'dim',
};

/** A status in the colour that it has everywhere; `dead (stopped)` goes by its first word. */
export function paintStatus(paint: Paint, status: string): string {
  const tone = TONES[status.split(' ')[0] ?? ''];
  return tone === undefined ? status : paint[tone](status);
}

const MARKS = new RegExp(`${'\u001b'}\\[[0-9;]*m`, 'g');

/** How wide a text is on the terminal. */
export function widthOf(text: string): number {
  const plain = text.replace(MARKS, '');
  // Most text is of one column per unit; only what is not needs to be cut into characters.
  return /^[\u0020-\u024f]*$/.test(plain) ? plain.length : [...new Intl.Segmenter().segment(plain)].length;
}
