import type { FunctionSet } from '../../functions.ts';
import { encodeJson } from '../formats/json.ts';
import { encodeToml } from '../formats/toml-encode.ts';
import { encodeYaml } from '../formats/yaml-encode.ts';

const MAP = ['map[string]interface {}'] as const;

/** Values as texts. */
export const encodeFunctions: FunctionSet = {
  /** As JSON. */
  toJSON: { min: 1, max: 1, call: (value) => encodeJson(value) },
  /** As JSON, one item a line. */
  toJSONPretty: { min: 1, max: 1, params: MAP, call: (value) => encodeJson(value, { indent: '  ' }) },
  /** As JSON, with <, > and & as they are. */
  toUnescapedJSON: { min: 1, max: 1, call: (value) => encodeJson(value, { forHtml: false }) },
  /** The same, one item a line. */
  toUnescapedJSONPretty: {
    min: 1,
    max: 1,
    params: MAP,
    call: (value) => encodeJson(value, { indent: '  ', forHtml: false }),
  },
  /** As TOML. */
  toTOML: { min: 1, max: 1, params: MAP, call: (value) => encodeToml(value) },
  /** As YAML. */
  toYAML: { min: 1, max: 1, params: MAP, call: (value) => encodeYaml(value) },
};
