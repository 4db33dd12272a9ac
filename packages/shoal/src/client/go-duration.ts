const UNITS = [
  ['h', 3_600_000_000_000],
  ['m', 60_000_000_000],
] as const;
const SECOND = 1_000_000_000;
const FRACTIONS = [
  ['s', SECOND],
  ['ms', 1_000_000],
  ['µs', 1_000],
] as const;

/** A duration as Go prints it, which is how Nomad's messages show one: `1m0s`, `2s`, `1.5s`, `300ms`, `0s`. Takes whole nanoseconds. */
export function goDuration(nanoseconds: number): string {
  if (nanoseconds < 0) return `-${goDuration(-nanoseconds)}`;
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < SECOND) return fraction(nanoseconds);
  return clockParts(nanoseconds);
}

function fraction(nanoseconds: number): string {
  const [name, size] = FRACTIONS.find(([, unit]) => nanoseconds >= unit) ?? ['ns', 1];
  return `${nanoseconds / size}${name}`;
}

// From the largest unit in use downwards nothing is left out: 1h0m0s.
function clockParts(nanoseconds: number): string {
  let rest = nanoseconds;
  let text = '';
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || text !== '') text += `${count}${name}`;
  }
  return `${text}${rest / SECOND}s`;
}
