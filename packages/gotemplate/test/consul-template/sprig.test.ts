import { describe, expect, test } from 'vitest';
import { compileConsulTemplate, TemplateError } from '../../src/index.ts';

/** Sprig's functions by their documentation (https://masterminds.github.io/sprig/); the names here are without the prefix. */

const NOW = new Date('2026-02-03T04:05:06.789Z');

function render(template: string, env: Record<string, string> = {}): string {
  const limits = { steps: 200_000, characters: 1_000_000 };
  return compileConsulTemplate(template, { now: () => NOW, env, limits }).evaluate(() => undefined).text;
}

/** `list 1 2 | first` with each function behind its prefix. */
function sprig(expression: string): string {
  return render(`{{ ${expression.replaceAll(/(?<![\w".$-])~(?=[a-zA-Z])/g, 'sprig_')} }}`);
}

type Case = readonly [expression: string, want: string];

const cases: Readonly<Record<string, readonly Case[]>> = {
  texts: [
    ['~trim "   hello    "', 'hello'],
    ['~trimAll "$" "$5.00"', '5.00'],
    ['~trimSuffix "-" "hello-"', 'hello'],
    ['~trimPrefix "-" "-hello"', 'hello'],
    ['~upper "hello" | ~lower | ~title', 'Hello'],
    ['~untitle "Hello World"', 'hello world'],
    ['~repeat 3 "hello"', 'hellohellohello'],
    ['~substr 0 5 "hello world"', 'hello'],
    ['~substr 6 -1 "hello world"', 'world'],
    ['~nospace "hello w o r l d"', 'helloworld'],
    ['~trunc 5 "hello world"', 'hello'],
    ['~trunc -5 "hello world"', 'world'],
    ['~abbrev 5 "hello world"', 'he...'],
    ['~abbrevboth 5 10 "1234 5678 9123"', '...5678...'],
    ['~initials "First Try"', 'FT'],
    ['~contains "cat" "catch"', 'true'],
    ['~hasPrefix "cat" "catch"', 'true'],
    ['~hasSuffix "cat" "catch"', 'false'],
    ['~quote "a" 1 nil', '"a" "1"'],
    ['~squote "a" "b"', "'a' 'b'"],
    ['~cat "hello" "beautiful" "world"', 'hello beautiful world'],
    ['~indent 2 "a\\n\\nb"', '  a\n  \n  b'],
    ['~nindent 2 "a"', '\n  a'],
    ['"I Am Henry VIII" | ~replace " " "-"', 'I-Am-Henry-VIII'],
    ['len "x" | ~plural "one anchovy" "many anchovies"', 'one anchovy'],
    ['~plural "one" "many" 0', 'many'],
    ['~snakecase "FirstName"', 'first_name'],
    ['~snakecase "HTTPServer"', 'http_server'],
    ['~snakecase "Duration2m3s"', 'duration_2m3s'],
    ['~kebabcase "FirstName"', 'first-name'],
    ['~camelcase "http_server"', 'HttpServer'],
    ['~swapcase "This Is A.Test"', 'tHIS iS a.tEST'],
    ['~wrap 5 "Hello World"', 'Hello\nWorld'],
    ['~wrap 10 "abcdefghijklmnop qr"', 'abcdefghijklmnop\nqr'],
    ['~wrapWith 5 "\\t" "HelloWorld"', 'Hello\tWorld'],
    ['~list "a" "b" | ~join "-"', 'a-b'],
    ['~list 1 2 | ~join "-"', '1-2'],
    ['~list "c" "a" "b" | ~sortAlpha', '[a b c]'],
    ['(~split "$" "foo$bar")._1', 'bar'],
    ['~splitList "$" "foo$bar$baz"', '[foo bar baz]'],
    ['(~splitn "$" 2 "foo$bar$baz")._1', 'bar$baz'],
    ['~list 1 2 | ~toStrings', '[1 2]'],
    ['~toString 5 | printf "%q"', '"5"'],
    ['~randAlphaNum 7 | len', '7'],
    ['~regexMatch "^[0-9]{3}$" (~randNumeric 3)', 'true'],
    ['~shuffle "aaa"', 'aaa'],
  ],
  numbers: [
    ['~add 1 2 3', '6'],
    ['~add1 1', '2'],
    ['~sub 5 7', '-2'],
    ['~div 7 2', '3'],
    ['~mod 7 2', '1'],
    ['~mul 1 2 3', '6'],
    ['~max 1 2 3', '3'],
    ['~min 1 2 3', '1'],
    ['~add "5" 2', '7'],
    ['~addf 1.5 2 2', '5.5'],
    ['~addf 0.1 0.2', '0.3'],
    ['~subf 7.5 2 3', '2.5'],
    ['~divf 10 2 4', '1.25'],
    ['~mulf 1.5 2 2', '6'],
    ['~add1f 1.5', '2.5'],
    ['~maxf 1 2.5 3', '3'],
    ['~minf 1.5 2 3', '1.5'],
    ['~floor 123.9999', '123'],
    ['~ceil 123.001', '124'],
    ['~round 123.555555 3', '123.556'],
    ['~round -1.5 0', '-2'],
    ['~atoi "42"', '42'],
    ['~atoi "x"', '0'],
    ['~int "42.0"', '42'],
    ['~int64 3.9', '3'],
    ['~int64 "0x1f"', '31'],
    ['~float64 "1.5"', '1.5'],
    ['"0777" | ~toDecimal', '511'],
    ['~until 5', '[0 1 2 3 4]'],
    ['~untilStep 3 6 2', '[3 5]'],
    ['~seq 5', '1 2 3 4 5'],
    ['~seq -3', '1 0 -1 -2 -3'],
    ['~seq 0 2', '0 1 2'],
    ['~seq 2 -2', '2 1 0 -1 -2'],
    ['~seq 0 2 10', '0 2 4 6 8 10'],
    ['~seq 0 -2 -5', '0 -2 -4'],
    ['~randInt 5 6', '5'],
    ['add 1 (~add 2 3)', '6'],
  ],
  lists: [
    ['~list 1 2 3 | ~first', '1'],
    ['~list 1 2 3 | ~rest', '[2 3]'],
    ['~list 1 2 3 | ~last', '3'],
    ['~list 1 2 3 | ~initial', '[1 2]'],
    ['~append (~list 1 2) 3', '[1 2 3]'],
    ['~prepend (~list 1 2) 0', '[0 1 2]'],
    ['~concat (~list 1) (~list 2 3) (~list 4)', '[1 2 3 4]'],
    ['~list 1 2 3 | ~reverse', '[3 2 1]'],
    ['~list 1 1 1 2 | ~uniq', '[1 2]'],
    ['~without (~list 1 2 3 4 5) 1 3 5', '[2 4]'],
    ['~has 4 (~list 1 4)', 'true'],
    ['~has "4" (~list 1 4)', 'false'],
    ['~list 1 "a" "" 0 "foo" | ~compact', '[1 a foo]'],
    ['~slice (~list 1 2 3 4 5) 1 3', '[2 3]'],
    ['~slice (~list 1 2 3 4 5) 3', '[4 5]'],
    ['~chunk 2 (~list 1 2 3 4 5)', '[[1 2] [3 4] [5]]'],
    ['~mustFirst (~list)', '<no value>'],
    ['~splitList "," "b,a" | ~first', 'b'],
  ],
  dicts: [
    ['~dict "a" 1 "b" 2', 'map[a:1 b:2]'],
    ['(~dict "a" 1).a', '1'],
    ['~get (~dict "a" 1) "a"', '1'],
    ['~get (~dict "a" 1) "x" | printf "%q"', '""'],
    ['~set (~dict "a" 1) "b" 2', 'map[a:1 b:2]'],
    ['~unset (~dict "a" 1 "b" 2) "a"', 'map[b:2]'],
    ['~hasKey (~dict "a" 1) "a"', 'true'],
    ['~pluck "a" (~dict "a" 1) (~dict "b" 2) (~dict "a" 3)', '[1 3]'],
    [
      '~merge (~dict "a" 1 "d" (~dict "x" 1)) (~dict "a" 2 "b" 3 "d" (~dict "x" 9 "y" 2))',
      'map[a:1 b:3 d:map[x:1 y:2]]',
    ],
    ['~mergeOverwrite (~dict "a" 1 "b" 2) (~dict "a" 9)', 'map[a:9 b:2]'],
    ['~keys (~dict "b" 1 "a" 2) (~dict "c" 3) | ~sortAlpha', '[a b c]'],
    ['~pick (~dict "a" 1 "b" 2) "a"', 'map[a:1]'],
    ['~omit (~dict "a" 1 "b" 2) "a"', 'map[b:2]'],
    ['~values (~dict "a" 1 "b" 2)', '[1 2]'],
    ['~dig "a" "b" "none" (~dict "a" (~dict "b" 5))', '5'],
    ['~dig "a" "x" "none" (~dict "a" (~dict "b" 5))', 'none'],
    ['~dict "__proto__" 1 "constructor" 2', 'map[__proto__:1 constructor:2]'],
    ['~dict "a"', 'map[a:]'],
  ],
  values: [
    ['~default "foo" ""', 'foo'],
    ['~default "foo" "bar"', 'bar'],
    ['~empty 0', 'true'],
    ['~coalesce 0 1 2', '1'],
    ['~all 1 "a" true', 'true'],
    ['~any 0 ""', 'false'],
    ['~ternary "yes" "no" true', 'yes'],
    ['~toJson (~dict "a" "<")', '{"a":"\\u003c"}'],
    ['~toRawJson (~dict "a" "<")', '{"a":"<"}'],
    ['~toPrettyJson (~dict "a" 1)', '{\n  "a": 1\n}'],
    ['(~fromJson "{\\"a\\": [1, 2]}").a', '[1 2]'],
    ['~fromJson "{"', '<no value>'],
    ['~typeOf "a"', 'string'],
    ['~typeIs "int" 1', 'true'],
    ['~kindOf (~list)', 'slice'],
    ['~kindIs "map" (~dict)', 'true'],
    ['~deepEqual (~list 1 2 3) (~list 1 2 3)', 'true'],
    ['~deepEqual (~list 1 2) (~list 1 2 3)', 'false'],
    ['~deepCopy (~dict "a" (~list 1))', 'map[a:[1]]'],
  ],
  encodings: [
    ['~b64enc "a?b" | ~b64dec', 'a?b'],
    ['~b64dec "*"', 'b64dec: illegal base64 data at input byte 0'],
    ['~b32enc "foobar"', 'MZXW6YTBOI======'],
    ['~b32dec "MZXW6YTBOI======"', 'foobar'],
    ['~sha1sum "Hello world!"', 'd3486ae9136e7856bc42212385ea797094475802'],
    ['~sha256sum "Hello world!"', 'c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a'],
    ['~adler32sum "Hello world!"', '487130206'],
    ['~encryptAES "secretkey" "plaintext" | ~decryptAES "secretkey"', 'plaintext'],
    ['"30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=" | ~decryptAES "secretkey"', 'plaintext'],
    ['~uuidv4 | len', '36'],
    ['~randBytes 3 | len', '4'],
  ],
  dates: [
    ['~now | ~date "2006-01-02"', '2026-02-03'],
    ['~now', '2026-02-03 04:05:06.789 +0000 UTC'],
    ['~dateInZone "2006-01-02 15:04 -0700" (~now) "Asia/Kolkata"', '2026-02-03 09:35 +0530'],
    ['~dateInZone "15:04 Z07:00 MST" (~now) "America/New_York"', '23:05 -05:00 EST'],
    ['~dateInZone "15:04 Z07:00" (~now) "No/Where"', '04:05 Z'],
    ['~now | ~unixEpoch', '1770091506'],
    ['~now | ~dateModify "-1.5h" | ~date "15:04"', '02:35'],
    ['~date "2006-01-02" 0', '1970-01-01'],
    ['~now | ~htmlDate', '2026-02-03'],
    ['~toDate "2006-01-02" "2017-12-31" | ~date "02/01/2006"', '31/12/2017'],
    ['~toDate "2006-01-02" "2017-13-31" | ~date "2006"', '0001'],
    [
      '~toDate "Jan _2 2006 3:04PM -0700" "Feb  3 2026 6:05PM +0200" | ~date "2006-01-02T15:04Z07:00"',
      '2026-02-03T16:05Z',
    ],
    ['~ago (~toDate "2006-01-02 15:04:05" "2026-02-03 01:30:59")', '2h34m8s'],
    ['~duration 95', '1m35s'],
    ['~durationRound "2h10m5s"', '2h'],
    ['~durationRound "2400h"', '3mo'],
    ['(~now).Year', '2026'],
  ],
  paths: [
    ['~base "foo/bar/baz"', 'baz'],
    ['~dir "foo/bar/baz"', 'foo/bar'],
    ['~clean "foo/bar/../baz"', 'foo/baz'],
    ['~ext "foo.bar"', '.bar'],
    ['~isAbs "/a"', 'true'],
    ['~osBase "/a/b"', 'b'],
    ['(~urlParse "http://admin:secret@server.com:8080/api?list=false#anchor").host', 'server.com:8080'],
    ['(~urlParse "http://admin:secret@server.com:8080/api?list=false#anchor").userinfo', 'admin:secret'],
    [
      '~urlJoin (~dict "fragment" "fragment" "host" "host:80" "path" "/path" "query" "query" "scheme" "http")',
      'http://host:80/path?query#fragment',
    ],
  ],
  regexps: [
    ['~regexMatch "^[a-z]+$" "abc"', 'true'],
    ['~regexFindAll "[2,4,6,8]" "123456789" -1', '[2 4 6 8]'],
    ['~regexFindAll "[2,4,6,8]" "123456789" 2', '[2 4]'],
    ['~regexFind "[a-zA-Z][1-9]" "abcd1234"', 'd1'],
    ['~regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W"', '-W-xxW-'],
    ['~regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}"', '-${1}-${1}-'],
    ['~regexSplit "z+" "pizza" -1', '[pi a]'],
    ['~regexSplit "z+" "azbzc" 2', '[a bzc]'],
    ['~regexSplit "" "abc" -1', '[a b c]'],
    ['~regexQuoteMeta "1.2.3"', '1\\.2\\.3'],
  ],
  versions: [
    ['(~semver "1.2.3-alpha.1+123").Prerelease', 'alpha.1'],
    ['~semver "v1.2"', '1.2.0'],
    ['~semver "1.4.3" | (~semver "1.2.3").Compare', '-1'],
    ['~semverCompare "1.2.3" "1.2.3"', 'true'],
    ['~semverCompare "^1.2.0" "1.2.3"', 'true'],
    ['~semverCompare "^1.2.0" "2.0.0"', 'false'],
    ['~semverCompare ">= 1.2, < 3.0.0 || >= 4.2.3" "4.2.3"', 'true'],
    ['~semverCompare ">= 1.2, < 3.0.0 || >= 4.2.3" "3.5.0"', 'false'],
    ['~semverCompare "1.2 - 1.4.5" "1.4.5"', 'true'],
    ['~semverCompare "1.2.x" "1.2.9"', 'true'],
    ['~semverCompare "1.2.x" "1.3.0"', 'false'],
    ['~semverCompare "<= 2.x" "2.9.9"', 'true'],
    ['~semverCompare "<= 2.x" "3.0.0"', 'false'],
    ['~semverCompare "*" "9.9.9"', 'true'],
    ['~semverCompare "~1.2.3" "1.2.9"', 'true'],
    ['~semverCompare "~1" "1.9.9"', 'true'],
    ['~semverCompare "~2.3" "2.4.0"', 'false'],
    ['~semverCompare "^2.x" "2.9.0"', 'true'],
    ['~semverCompare "^0.2.3" "0.3.0"', 'false'],
    ['~semverCompare "!= 1.2" "1.2.9"', 'false'],
    ['~semverCompare ">1.2.3" "1.3.0-beta"', 'false'],
    ['~semverCompare ">1.2.3-alpha.1" "1.2.3-alpha.2"', 'true'],
  ],
  debugging: [
    ['spew_dump "abc"', '(string) (len=3) "abc"\n'],
    [
      'spew_sdump (~dict "a" (~list 1))',
      '(map[string]interface {}) (len=1) {\n (string) (len=1) "a": ([]interface {}) (len=1) {\n  (int) 1\n }\n}\n',
    ],
    ['spew_printf "%d-%s" 1 "a"', '1-a'],
  ],
};

describe.each(Object.entries(cases))('%s', (_group, expressions) => {
  // In tests `~` stands for the prefix; where a text begins with it (ranges of versions) it is one.
  test.each(expressions)('%s', (expression, want) => {
    expect(sprig(expression)).toBe(want);
  });
});

test('a dict that was made is changed where it is held, and a list never', () => {
  const template =
    '{{ $d := sprig_dict "a" 1 }}{{ $_ := sprig_set $d "b" 2 }}{{ $d }} {{ $l := sprig_list 1 }}{{ $_ := sprig_append $l 2 }}{{ $l }}';
  expect(render(template)).toBe('map[a:1 b:2] [1]');
  const merged =
    '{{ $d := sprig_dict }}{{ $s := sprig_dict "m" (sprig_dict "x" 1) }}{{ $_ := sprig_merge $d $s }}{{ $_ := sprig_set $d.m "x" 2 }}{{ $s }}';
  expect(render(merged)).toBe('map[m:map[x:1]]');
});

describe('refused', () => {
  test.each([
    ['the environment', 'sprig_env "HOME"', 'the environment of the agent'],
    ['texts with the environment', 'sprig_expandenv "$HOME"', 'the environment of the agent'],
    ['lookups', 'sprig_getHostByName "localhost"', 'a resolver'],
    ['keys', 'sprig_genPrivateKey "rsa"', 'which is not there'],
    ['slow hashes', 'sprig_bcrypt "a"', 'slow on purpose'],
    ['what fails', 'sprig_fail "no way"', 'no way'],
    ['division by nothing', 'sprig_div 1 0', 'divide by zero'],
    ['lists that are none', 'sprig_first 5', 'cannot work on type int'],
    ['dicts that are none', 'sprig_set "a" "b" 1', 'make one with dict'],
    ['too many numbers', 'sprig_until 1000000', 'more than 100000'],
    ['too long texts', 'sprig_repeat 999999999 "abc"', 'longer than'],
    ['versions that are none', 'sprig_semver "x"', 'Invalid Semantic Version'],
    ['ranges that are none', 'sprig_semverCompare "what" "1.0.0"', 'improper constraint'],
    ['dates that are none', 'sprig_mustToDate "2006" "x"', 'is no time in the layout'],
    ['patterns that are none', 'sprig_regexFind "(" "x"', 'error parsing regexp'],
    ['what was encrypted otherwise', 'sprig_decryptAES "other" (sprig_encryptAES "a" "text")', 'not encrypted with'],
  ])('%s', (_what, expression, message) => {
    expect(() => render(`{{ ${expression} }}`, { HOME: '/home/secret' })).toThrow(TemplateError);
    expect(() => render(`{{ ${expression} }}`, { HOME: '/home/secret' })).toThrow(message);
  });
});

describe('values that are more than they look', () => {
  const doubled = '{{ $l := sprig_list 1 }}{{ range loop 60 }}{{ $l = sprig_list $l $l }}{{ end }}';
  const deep = '{{ $l := sprig_list 1 }}{{ range loop 50000 }}{{ $l = sprig_list $l }}{{ end }}';
  const pad =
    '{{ range loop 1 60 }}{{ $k := printf "m%d" . }}{{ $b := scratch.Get (printf "m%d" (subtract 1 .)) }}{{ scratch.MapSet $k "a" $b }}{{ scratch.MapSet $k "b" $b }}{{ end }}';
  test.each([
    ['shared parts, printed', `${doubled}{{ $l }}`, 'parts'],
    ['shared parts, as JSON', `${doubled}{{ toJSON $l }}`, 'parts'],
    ['shared parts, as YAML', `${doubled}{{ toYAML (sprig_dict "l" $l) }}`, 'parts'],
    ['shared parts, compared', `${doubled}{{ sprig_deepEqual $l $l }}`, 'parts'],
    ['shared parts, copied', `${doubled}{{ sprig_deepCopy $l | len }}`, 'parts'],
    ['shared parts, dumped', `${doubled}{{ spew_dump $l }}`, 'parts'],
    ['shared parts of the pad', `${pad}{{ scratch.Get "m59" }}`, 'parts'],
    ['a dict in itself', '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "d" $d }}', 'cannot hold itself'],
    [
      'a dict in what it holds',
      '{{ $d := sprig_dict }}{{ $e := sprig_dict "d" $d }}{{ $_ := sprig_set $d "e" $e }}{{ $d }}',
      'holds itself',
    ],
    [
      'a map of the pad in itself',
      '{{ scratch.MapSet "m" "a" 1 }}{{ scratch.MapSet "m" "m" (scratch.Get "m") }}{{ scratch.Get "m" }}',
      'holds itself',
    ],
    ['what is nested deeply', `${deep}{{ $l }}`, 'nested too deeply'],
    [
      'too much work',
      '{{ $l := sprig_until 100000 }}{{ range loop 100000 }}{{ $l = sprig_reverse $l }}{{ end }}',
      'more than 20000000 elements',
    ],
  ])('%s', (_what, template, message) => {
    expect(() => render(template)).toThrow(message);
  });
});

/** What takes exponential time would not end. */
test.each([
  `~toDate "${'2'.repeat(2_000)}x" "${'1'.repeat(4_000)}"`,
  `~snakecase "${'aB1'.repeat(20_000)}" | len`,
  `~wrap 3 "${'ab '.repeat(20_000)}" | len`,
  `~urlParse "${'a'.repeat(50_000)}" | len`,
])('long texts come to an end: %#', (expression) => {
  expect(sprig(expression).length).toBeGreaterThan(0);
});
