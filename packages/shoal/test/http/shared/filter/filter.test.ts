import { describe, expect, test } from 'vitest';
import { serviceEntryFields, serviceFields } from '../../../../src/http/consul/filter-fields.ts';
import { compileFilter } from '../../../../src/http/shared/filter/evaluate.ts';

const web = {
  ID: 'web-1',
  Service: 'web',
  Tags: ['primary', 'v1'],
  Meta: { env: 'prod', 'a.b': 'x y' },
  Port: 80,
  Weights: { Passing: 3, Warning: 1 },
  EnableTagOverride: true,
};
const entry = {
  Node: { Node: 'n1', Meta: null },
  Service: web,
  Checks: [{ Status: 'passing' }, { Status: 'critical' }],
};

describe('a filter on a service', () => {
  test.each([
    { given: 'Service == web', want: true },
    { given: 'Service == "web" and Port == 81', want: false },
    { given: 'Port == 81 or Service == web and not Port == 81', want: true },
    { given: 'not (Service == web or Port == 80)', want: false },
    { given: 'Port != 80', want: false },
    { given: 'Port == -1', want: false },
    { given: '"v1" in Tags', want: true },
    { given: 'v1 not in Tags', want: false },
    { given: 'Tags contains primary', want: true },
    { given: 'Tags is not empty', want: true },
    { given: 'Meta is empty', want: false },
    { given: 'env in Meta', want: true },
    { given: 'Meta.env == prod', want: true },
    { given: 'Meta["a.b"] == `x y`', want: true },
    { given: 'Meta.none == ""', want: false },
    { given: 'Meta.none != prod', want: true },
    { given: 'Weights.Passing == 3', want: true },
    { given: 'EnableTagOverride == true', want: true },
    { given: 'ID matches "^web-[0-9]$"', want: true },
    { given: 'ID not matches "db"', want: true },
    { given: '"eb-" in ID', want: true },
    { given: 'in == web', want: /Selector "in" is not valid/ },
    {
      given: 'Service == we-b',
      want: /evaluator: 1:14 \(13\): no match found, .* \(values with "-" in them need quotes\)$/,
    },
    { given: 'Service ==', want: /1:11 \(10\)/ },
    { given: '(Service == web', want: /evaluator: 1:16 \(15\): rule "grouping": Unmatched parentheses$/ },
    { given: '(Service == web) x', want: /1:18 \(17\): no match found, expected: "and", "or", \[ \\t\\r\\n\] or EOF$/ },
    {
      given: 'Service',
      want: /1:8 \(7\): no match found, expected: "!=", "\.", "==", "\[", \[ \\t\\r\\n\] or \[a-zA-Z0-9_\]$/,
    },
    { given: 'Service not x', want: /expected: "contains", "in", "matches" or \[ / },
    {
      given: '!(Service == web)',
      want: /1:1 \(0\): no match found, expected: "\(", "-", "0", "\\"", "`", "not", \[ .* \[1-9\] or \[a-zA-Z\]$/,
    },
    { given: 'Port == 1)', want: /1:10 \(9\): no match found, expected: "\.", \[ .*\[0-9\] or EOF$/ },
    { given: 'Port == 0s', want: /1:10 \(9\): rule "number": Invalid number literal$/ },
    { given: 'Meta[a] == 1', want: /1:6 \(5\): rule "index": Invalid index$/ },
    { given: 'Meta["a" == 1', want: /1:10 \(9\): rule "index": Unclosed index expression$/ },
    { given: 'Service == "web', want: /1:16 \(15\): rule "string": Unterminated string literal$/ },
    { given: 'Service == "\\q"', want: /1:12 \(11\): rule "string": invalid syntax$/ },
    { given: 'Service == "w\\x65b"', want: true },
    { given: 'not(Service == api)', want: true },
    { given: 'not not Service == web', want: true },
    { given: 'Service==web and Port==81', want: false },
    { given: '  ( Service == web )  ', want: true },
    { given: 'Service == é', want: /1:12 \(11\): no match found, expected: "-", "0"/ },
    { given: '"é" == Service', want: /1:4 \(4\): no match found|1:5 \(5\)/ },
    { given: '', want: /1:1 \(0\): no match found/ },
    { given: 'Nope == 1', want: /Selector "Nope" is not valid/ },
    { given: 'Port matches 8', want: /Invalid match operator "Matches" for selector "Port"/ },
    { given: 'Connect.Native == false', want: true },
    { given: 'Proxy.LocalServicePort == 0', want: true },
    { given: 'Proxy.Upstreams is empty', want: true },
    { given: 'Proxy.Expose.Checks == true', want: false },
    { given: 'Weights == 1', want: /Invalid match operator "Equal" for selector "Weights"/ },
    { given: 'Service is not empty', want: /Invalid match operator "Is Not Empty" for selector "Service"/ },
    { given: 'Service.a.b == 1', want: /Selector "Service.a" is not valid/ },
    { given: 'Meta.a.b.c == 1', want: /Selector "Meta.a.b" is not valid/ },
    { given: 'EnableTagOverride == maybe', want: /strconv.ParseBool: parsing "maybe": invalid syntax/ },
    { given: 'Port == eighty', want: /Failed to coerce value "eighty" for selector "Port"/ },
    { given: 'ID matches "("', want: /error parsing regexp/ },
    { given: '('.repeat(5000), want: /nested deeper|no match/ },
  ])('$given', ({ given, want }) => {
    const run = () => compileFilter(given, serviceFields)(web);
    if (want instanceof RegExp) expect(run).toThrow(want);
    else expect(run()).toBe(want);
  });
});

describe('a filter on an instance', () => {
  test.each([
    { given: 'Checks.Status == critical', want: true },
    { given: 'Checks.Status == warning', want: false },
    { given: 'Node.Node == n1 and primary in Service.Tags', want: true },
    { given: 'Node.Meta is empty', want: true },
    { given: 'Node.Meta.x == 1', want: false },
    { given: 'Checks is not empty', want: true },
  ])('$given', ({ given, want }) => {
    expect(compileFilter(given, serviceEntryFields)(entry)).toBe(want);
  });
});
