/** An id that cannot be one. Nomad answers 500 with the words of its index; `what` '' where it does not say of what. */
export class BadIdError extends Error {
  readonly code = 'bad-id';
  constructor(what: string, reason: string) {
    super(`${what && `${what} lookup failed: `}index error: ${reason}`);
    this.name = 'BadIdError';
  }
}

export function checkId(what: string, id: string): string {
  if (id.length !== 36) throw new BadIdError(what, 'UUID must be 36 characters');
  return id;
}

/** A prefix of a UUID: hex digits, of an even number. */
export function checkPrefix(what: string, prefix: string): string {
  const digits = prefix.replaceAll('-', '');
  if (digits.length % 2 !== 0) throw new BadIdError(what, 'Input (without hyphens) must be even length');
  const bad = digits.match(/[^0-9a-f]/i)?.[0];
  if (bad === undefined) return prefix.toLowerCase();
  const code = bad.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  throw new BadIdError(what, `Invalid UUID: encoding/hex: invalid byte: U+${code} '${bad}'`);
}
