import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, compare, divide, fromDouble, multiply, numberToText, parseNumber, toDouble } from '../src/big-float.ts';

describe('text', () => {
  const cases = [
    { name: 'whole', given: '12345678901234567890', want: '12345678901234567890' },
    { name: 'fraction', given: '0.10', want: '0.1' },
    { name: 'negative exponent', given: '1.5e-7', want: '0.00000015' },
    { name: 'positive exponent', given: '1.5E+2', want: '150' },
    { name: 'sign', given: '-7', want: '-7' },
    { name: 'negative zero', given: '-0', want: '-0' },
    { name: 'no digits before the point', given: '.5', want: '0.5' },
    { name: 'beyond 512 bits, shortest', given: '1e400', want: `1${'0'.repeat(400)}` },
    { name: 'infinite', given: '-inf', want: '-Inf' },
    { name: 'beyond any use', given: '1e999999999', want: '+Inf' },
    { name: 'below any use', given: '1e-999999999', want: '0' },
    { name: 'empty', given: '', want: undefined },
    { name: 'hexadecimal', given: '0x10', want: undefined },
    { name: 'blank before', given: ' 1', want: undefined },
  ];
  it.each(cases)('$name', ({ given, want }) => {
    const number = parseNumber(given);
    expect(number && numberToText(number)).toBe(want);
  });
});

describe('doubles', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (n) => {
        expect(toDouble(fromDouble(n)!)).toBe(n);
      }),
    );
  });

  it('print the digits that JavaScript prints', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
        expect(Number(numberToText(fromDouble(n)!))).toBe(n);
      }),
    );
  });
});

describe('arithmetic', () => {
  const whole = fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n });
  const of = (n: bigint) => parseNumber(n.toString())!;

  it('agrees with whole numbers', () => {
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        expect(compare(add(of(a), of(b))!, of(a + b))).toBe(0);
        expect(compare(multiply(of(a), of(b))!, of(a * b))).toBe(0);
        expect(Math.sign(compare(of(a), of(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('divides what it multiplied', () => {
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        fc.pre(b !== 0n);
        expect(compare(divide(of(a * b), of(b))!, of(a))).toBe(0);
      }),
    );
  });

  it('reads its own text', () => {
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        fc.pre(b !== 0n);
        const quotient = divide(of(a), of(b))!;
        expect(compare(parseNumber(numberToText(quotient))!, quotient)).toBe(0);
      }),
    );
  });
});
