import { describe, expect, test } from 'vitest';
import { compile, sprintf, TemplateError, Typed } from '../../src/index.ts';

const float = (value: number) => new Typed('float64', value);

describe('floats under every verb, as the documentation of fmt says', () => {
  test.each([
    ['%x', 1.5, '0x1.8p+00'],
    ['%X', 255.5, '0X1.FFP+07'],
    ['%x', 0, '0x0p+00'],
    ['%x', -0.1, '-0x1.999999999999ap-04'],
    ['%x', 5e-324, '0x1p-1074'],
    ['%x', 1.7976931348623157e308, '0x1.fffffffffffffp+1023'],
    ['%.0x', 1.5, '0x1p+01'],
    ['%.3x', 1.999999, '0x1.000p+01'],
    ['%.15x', 1.5, '0x1.800000000000000p+00'],
    ['%012x', -1.5, '-000x1.8p+00'],
    ['%b', 1.5, '6755399441055744p-52'],
    ['%#g', 1, '1.00000'],
    ['%#g', 100_000_000, '1.00000e+08'],
    ['%#.3g', 0.5, '0.500'],
    ['%#.0f', 3, '3.'],
    ['%#.0e', 3, '3.e+00'],
    ['%.120e', 1, `1.${'0'.repeat(120)}e+00`],
    ['%v', 1e6, '1e+06'],
  ])('%s of %d', (format, value, want) => {
    expect(sprintf(format, [float(value)])).toBe(want);
  });
});

describe('complex numbers', () => {
  test.each([
    ['{{ 1i }}', '(0+1i)'],
    ['{{ 1+2i }}', '(1+2i)'],
    ['{{ -1.5-2e3i }}', '(-1.5-2000i)'],
    ['{{ 0i }}', '(0+0i)'],
    ['{{ if 0i }}yes{{ else }}no{{ end }}', 'no'],
    ['{{ eq 1i 0+1i }}', 'true'],
    ['{{ printf "%.1f|%6.1f|%T" 1+2i 1+2i 1i }}', '(1.0+2.0i)|(   1.0  +2.0i)|complex128'],
    ['{{ printf "%d" 1i }}', '%!d(complex128=(0+1i))'],
  ])('%s', (given, want) => {
    expect(compile(given).render()).toBe(want);
  });

  test.each(['{{ lt 1i 2i }}', '{{ eq 1i 1 }}'])('%s has no answer', (given) => {
    expect(() => compile(given).render()).toThrow(TemplateError);
  });
});

describe('what a format and its arguments do not agree on is told in the text', () => {
  test.each<[string, unknown[], string]>([
    ['%*d|', ['x', 2], '%!(BADWIDTH)2|'],
    ['%*d|', [2_000_000, 2], '%!(BADWIDTH)2|'],
    ['%*d', [], '%!(BADWIDTH)%!d(MISSING)'],
    ['%.*f|', [-2, 2.5], '%!(BADPREC)2.500000|'],
    ['%[2]*[1]d|%[3]d|%d', [1, 5], '    1|%!d(BADINDEX)|5'],
    ['%[2]3d|%[1].2f|%[1]', [1, 5], '%!d(BADINDEX)|%!f(BADINDEX)|%!(NOVERB)'],
    ['%[1]T|%d', [], '%!T(BADINDEX)|%!d(MISSING)'],
    ['%5s|%+d', [1, 4.5], '%!s(int=    1)|%!d(float64=+4.5)'],
    ['%w', [[true, null]], '%!w([]interface {}=[true <nil>])'],
    ['%6.2T|', ['x'], '    st|'],
  ])('%s', (format, values, want) => {
    expect(sprintf(format, values)).toBe(want);
  });
});

test('nil in a list is the same under every verb', () => {
  expect(sprintf('%d %5v %s', [[1, null], [null], [null]])).toBe('[1 <nil>] [<nil>] [<nil>]');
});

test('%U writes numbers that no character has', () => {
  expect(sprintf('%U %U %#U %.6U', [-7, 123456789, 0x263a, 0x61])).toBe(
    "U+FFFFFFFFFFFFFFF9 U+75BCD15 U+263A '☺' U+000061",
  );
});

test('widths without measure are refused before the memory is taken', () => {
  expect(sprintf('%1000000000d', [1])).toBe('%!(NOVERB)%!(EXTRA int=1)');
  const wide = '%1000000d'.repeat(100);
  expect(() => compile(`{{ printf "${wide}" ${'1 '.repeat(100)} }}`).render()).toThrow(/longer than 67108864/);
});
