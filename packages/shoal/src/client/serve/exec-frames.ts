/**
 * What a command in an allocation and its user say to each other: one JSON object per WebSocket message
 * (https://developer.hashicorp.com/nomad/api-docs/allocations#exec-allocation). Both may send `{}` to be heard of.
 */
export type InputFrame = {
  stdin?: { data?: string; close?: boolean };
  tty_size?: { height?: number; width?: number };
};

export type OutputFrame =
  | { stdout: StreamFrame }
  | { stderr: StreamFrame }
  | { exited: true; result: { exit_code: number } };

type StreamFrame = { data: string } | { close: true };

const LARGEST_SIDE = 10_000;

export type Input = {
  data: Buffer | undefined;
  /** Nothing more comes. */
  ends: boolean;
  size: { columns: number; rows: number } | undefined;
};

/** Undefined for what is no frame. */
export function readInput(text: string): Input | undefined {
  let frame: InputFrame | null;
  try {
    frame = JSON.parse(text) as InputFrame | null;
  } catch {
    return undefined;
  }
  if (typeof frame !== 'object' || frame === null) return undefined;
  const { data, close } = frame.stdin ?? {};
  const { width, height } = frame.tty_size ?? {};
  return {
    data: typeof data === 'string' && data !== '' ? Buffer.from(data, 'base64') : undefined,
    ends: close === true,
    size: isSide(width) && isSide(height) ? { columns: width, rows: height } : undefined,
  };
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= LARGEST_SIDE;
}
