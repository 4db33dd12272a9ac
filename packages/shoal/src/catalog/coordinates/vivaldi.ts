/**
 * Network coordinates: every agent has a place in a space where the distance of two is about the time of a round trip between them, found by small
 * corrections after each measured one (Dabek et al., "Vivaldi: A Decentralized Network Coordinate System", 2004). The height is the part of a way
 * that every packet of a node takes, whoever it goes to. All times are seconds.
 */
export type Coordinate = {
  readonly Vec: readonly number[];
  /** How far off the coordinate is taken to be: 1.5 knows nothing. */
  readonly Error: number;
  readonly Adjustment: number;
  readonly Height: number;
};

/** The constants of the paper's evaluation, with the dimensions that Consul's clients expect. */
const DIMENSIONS = 8;
const MAX_ERROR = 1.5;
const ERROR_GAIN = 0.25;
const GAIN = 0.25;
const MIN_HEIGHT = 10e-6;
/** A round trip on one machine is no less than this. */
const MIN_RTT = 1e-6;
const MAX_RTT = 10;

export function newCoordinate(): Coordinate {
  return { Vec: new Array<number>(DIMENSIONS).fill(0), Error: MAX_ERROR, Adjustment: 0, Height: MIN_HEIGHT };
}

/** Seconds of a round trip between two places. */
export function distance(a: Coordinate, b: Coordinate): number {
  const direct = magnitude(difference(a.Vec, b.Vec)) + a.Height + b.Height;
  const adjusted = direct + a.Adjustment + b.Adjustment;
  return adjusted > 0 ? adjusted : direct;
}

/** The place after a round trip of `rtt` seconds to the other. Measurements that cannot be true change nothing. `random`: 0 ≤ n < 1. */
export function moved(own: Coordinate, other: Coordinate, rtt: number, random: () => number): Coordinate {
  if (!(rtt >= 0 && rtt <= MAX_RTT) || other.Vec.length !== own.Vec.length) return own;
  const measured = Math.max(rtt, MIN_RTT);
  const away = difference(own.Vec, other.Vec);
  const estimated = magnitude(away) + own.Height + other.Height;
  const weight = own.Error / Math.max(own.Error + other.Error, MIN_RTT);
  const wrong = Math.abs(estimated - measured) / measured;
  const error = Math.min(MAX_ERROR, wrong * ERROR_GAIN * weight + own.Error * (1 - ERROR_GAIN * weight));
  const step = GAIN * weight * (measured - estimated);
  const { direction, length } = unit(away, random);
  const Vec = own.Vec.map((value, at) => value + (direction[at] as number) * step);
  const lift = length > 0 ? (own.Height + other.Height) * (step / length) : 0;
  const next = { Vec, Error: error, Adjustment: own.Adjustment, Height: Math.max(MIN_HEIGHT, own.Height + lift) };
  return isCoordinate(next) ? next : newCoordinate();
}

export function isCoordinate({ Vec, Error: error, Adjustment, Height }: Coordinate): boolean {
  return [...Vec, error, Adjustment, Height].every(Number.isFinite) && Vec.length === DIMENSIONS;
}

/** Two in the same place go apart in any direction. */
function unit(vector: readonly number[], random: () => number): { direction: number[]; length: number } {
  const length = magnitude(vector);
  if (length > MIN_RTT) return { direction: vector.map((value) => value / length), length };
  const any = vector.map(() => random() - 0.5);
  const size = magnitude(any) || 1;
  return { direction: any.map((value) => value / size), length: 0 };
}

function difference(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, at) => value - (b[at] ?? 0));
}

function magnitude(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
