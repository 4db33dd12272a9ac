import { flag, integer, many, nullable, type Struct, text, type Values, within } from './field.ts';

const OPERAND_SHORTHANDS = ['version', 'semver', 'regexp', 'set_contains', 'set_contains_any', 'set_contains_all'];

function shorthandFields(...names: string[]) {
  return Object.fromEntries(names.map((name) => [name, text(name)]));
}

function applyShorthands(values: Values, extra: Values): void {
  for (const operand of OPERAND_SHORTHANDS) {
    if (extra[operand] === undefined) continue;
    values['Operand'] = operand;
    values['RTarget'] = extra[operand];
  }
}

export const constraint: Struct = {
  name: 'constraint',
  fields: { LTarget: text('attribute'), RTarget: text('value'), Operand: text('operator') },
  fileOnly: {
    ...shorthandFields('version', 'semver', 'regexp', 'set_contains', 'set_contains_any', 'distinct_property'),
    distinct_hosts: flag('distinct_hosts'),
  },
  finish(values, extra) {
    applyShorthands(values, extra);
    if (extra['distinct_hosts'] === true) values['Operand'] = 'distinct_hosts';
    if (extra['distinct_property'] !== undefined) {
      values['Operand'] = 'distinct_property';
      values['LTarget'] = extra['distinct_property'];
    }
    values['Operand'] ||= '=';
  },
};

export const affinity: Struct = {
  name: 'affinity',
  fields: { ...constraint.fields, Weight: nullable(within(-128, 127, integer('weight'))) },
  fileOnly: shorthandFields(...OPERAND_SHORTHANDS),
  finish(values, extra) {
    applyShorthands(values, extra);
    values['Operand'] ||= '=';
  },
};

const spreadTarget: Struct = {
  name: 'target',
  label: 'Value',
  fields: { Value: text('value'), Percent: within(0, 255, integer('percent')) },
};

export const spread: Struct = {
  name: 'spread',
  fields: {
    Attribute: text('attribute'),
    Weight: nullable(within(-128, 127, integer('weight'))),
    SpreadTarget: many(spreadTarget, 'target'),
  },
};
