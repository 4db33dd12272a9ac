export { FunctionError, TemplateError, type TemplatePhase, type TemplatePlace } from './errors.ts';
export type { MissingKey } from './expressions.ts';
export { printValue, sprint, sprintf } from './format/print.ts';
export type { FunctionSet, TemplateFunction } from './functions.ts';
export { type CompileOptions, compile, type Template } from './template.ts';
export { elementType, entries, isTrue, items, type Kind, kindOf, Typed, typeName } from './values.ts';
