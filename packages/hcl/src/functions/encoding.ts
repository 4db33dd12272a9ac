import { anyType, objectType, stringType } from '../types.ts';
import { isWhollyKnown, listValue, objectValue, stringValue, unknown, unknownValue, type Value } from '../values.ts';
import { decodeYaml } from '../yaml/decode.ts';
import { encodeYaml } from '../yaml/encode.ts';
import { define, text, textOf } from './arguments.ts';
import { parseCsv } from './csv.ts';
import { FunctionError, type HclFunction, type Param } from './function.ts';
import { decodeJson, encodeJson } from './json-text.ts';

const whatever: Param = { name: 'val', type: anyType, allowNull: true, allowUnknown: true };

function encoding(encode: (value: Value) => string): HclFunction {
  return define([whatever], (value) =>
    isWhollyKnown(value!) ? stringValue(encode(value!)) : unknownValue(stringType),
  );
}

function decodeBase64(source: string): string {
  const plain = source.replace(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(plain))
    throw new FunctionError('not valid base64');
  return utf8Text(Buffer.from(plain, 'base64'));
}

/** Texts are Unicode; other bytes have no place in them. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) throw new FunctionError('the bytes are not UTF-8 text');
    throw cause;
  }
}

/** As in a query: a blank becomes "+", and only letters, digits and - _ . ~ stay. */
function encodeUrl(source: string): string {
  return encodeURIComponent(source)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function decodeCsv(source: string): Value {
  const [header, ...rows] = parseCsv(source);
  if (!header) throw new FunctionError('the header line is missing');
  if (new Set(header).size < header.length) throw new FunctionError('two columns have the same name');
  const records = rows.map((row, i) => {
    if (row.length !== header.length)
      throw new FunctionError(`row ${i + 2} has ${row.length} fields, but the header ${header.length}`);
    return objectValue(header.map((name, column) => [name, stringValue(row[column]!)]));
  });
  const names = [...header].sort();
  return listValue(objectType(new Map(names.map((name) => [name, stringType]))), records);
}

export const encodingFunctions: Readonly<Record<string, HclFunction>> = {
  /** The text that base64 stands for; it has to be UTF-8. */
  base64decode: define([text('str')], (value) => stringValue(decodeBase64(textOf(value)))),
  /** The bytes of a text as base64. */
  base64encode: define([text('str')], (value) => stringValue(Buffer.from(textOf(value)).toString('base64'))),
  /** Lines of CSV as a list of objects; the first line names the columns. */
  csvdecode: define([text('str')], (value) => decodeCsv(textOf(value))),
  /** The value of a JSON text. */
  jsondecode: define([text('str')], (value) => decodeJson(textOf(value))),
  /** A value as JSON, without blanks. */
  jsonencode: encoding(encodeJson),
  /** A text as it may stand in the query of a URL. */
  urlencode: define([text('str')], (value) => stringValue(encodeUrl(textOf(value)))),
  // A document that is nothing but null has, for the peer, a value that is not known.
  yamldecode: define([text('src')], (value) => {
    const result = decodeYaml(textOf(value));
    return result.kind === 'null' ? unknown : result;
  }),
  /** A value as YAML. */
  yamlencode: encoding(encodeYaml),
};
