import type { FunctionSet } from '../../functions.ts';
import { encodeJson } from '../formats/json.ts';
import { encodeToml } from '../formats/toml-encode.ts';
import { encodeYaml } from '../formats/yaml-encode.ts';

const MAP = ['map[string]interface {}'] as const;

/** Values as texts. */
export const encodeFunctions: FunctionSet = {
  toJSON: { min: 1, max: 1, call: (value) => encodeJson(value) },
  toJSONPretty: { min: 1, max: 1, params: MAP, call: (value) => encodeJson(value, { indent: '  ' }) },
  toUnescapedJSON: { min: 1, max: 1, call: (value) => encodeJson(value, { forHtml: false }) },
  toUnescapedJSONPretty: {
    min: 1,
    max: 1,
    params: MAP,
    call: (value) => encodeJson(value, { indent: '  ', forHtml: false }),
  },
  toTOML: { min: 1, max: 1, params: MAP, call: (value) => encodeToml(value) },
  toYAML: { min: 1, max: 1, params: MAP, call: (value) => encodeYaml(value) },
};
