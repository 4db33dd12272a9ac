export type {
  AccessExpression,
  Attribute,
  AttributeStep,
  BinaryExpression,
  BinaryOperator,
  Block,
  Body,
  CallExpression,
  ConditionalExpression,
  Expression,
  ForExpression,
  IndexStep,
  InterpolationExpression,
  InvalidExpression,
  JoinExpression,
  LiteralExpression,
  ObjectExpression,
  ObjectItem,
  ParenthesesExpression,
  ReferenceExpression,
  SplatStep,
  Step,
  TemplateExpression,
  Traversal,
  TupleExpression,
  UnaryExpression,
} from './ast.ts';
export type { BigFloat } from './big-float.ts';
export { numberToText } from './big-float.ts';
export { content, justAttributes } from './content.ts';
export type { ConversionFailure } from './convert.ts';
export { convert, isFailure } from './convert.ts';
export type { Diagnostic } from './diagnostic.ts';
export { errorAt, hasErrors } from './diagnostic.ts';
export { evaluate } from './evaluate.ts';
export type { Formatted } from './format/format.ts';
export { format } from './format/format.ts';
export { formatDiagnostic } from './format-diagnostic.ts';
export type { FileAccess } from './functions/files.ts';
export { fileFunctions } from './functions/files.ts';
export type { EagerFunction, HclFunction, LazyArgument, LazyFunction, Param } from './functions/function.ts';
export { FunctionError } from './functions/function.ts';
export type { Surroundings } from './functions/standard.ts';
export { createFunctions, standardFunctions } from './functions/standard.ts';
export type { JsonNode, JsonProperty } from './json/parse-json.ts';
export type { ParsedExpression, ParseResult } from './parser/parse.ts';
export { parse, parseExpression } from './parser/parse.ts';
export { parseTemplate } from './parser/parse-template.ts';
export type { Pos, Range } from './position.ts';
export type { BlockSchema, Content, Schema } from './schema.ts';
export type { Absence, Budget, Scope } from './scope.ts';
export { suggest } from './suggest.ts';
export { parseType } from './type-expression.ts';
export type { ObjectType, Type } from './types.ts';
export {
  anyType,
  boolType,
  listType,
  mapType,
  numberType,
  objectType,
  sameType,
  setType,
  stringType,
  tupleType,
  typeToString,
} from './types.ts';
export { unevaluated } from './unevaluated.ts';
export type {
  BoolValue,
  MapValue,
  NullValue,
  NumberValue,
  ObjectValue,
  SequenceValue,
  StringValue,
  TupleValue,
  UnknownValue,
  Value,
} from './values.ts';
export {
  boolValue,
  fromJs,
  identical,
  isWhollyKnown,
  listValue,
  mapValue,
  nullValue,
  numberValue,
  objectValue,
  setValue,
  stringValue,
  toJs,
  tupleValue,
  typeOf,
  unknownValue,
} from './values.ts';
