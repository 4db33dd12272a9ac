export { bytesOf, textOf } from './bytes.ts';
export type * from './consul-template/answers.ts';
export {
  type ConsulTemplate,
  type ConsulTemplateOptions,
  compileConsulTemplate,
  type Evaluated,
} from './consul-template/consul-template.ts';
export { type Choice, type Dependency, type HealthServiceDependency, nameOf } from './consul-template/dependency.ts';
export { type FollowInput, type Following, followTemplate, type Missing } from './consul-template/follow.ts';
export { type SprigOptions, sprigFunctions } from './consul-template/functions/sprig/index.ts';
export { type GivenData, givenAnswer } from './consul-template/given-data.ts';
export { type Resolved, resolveTemplate } from './consul-template/resolve.ts';
export type { AskOptions, SourceAnswer, TemplateSource } from './consul-template/source.ts';
export { goValue } from './consul-template/values.ts';
export {
  createWatchedData,
  type Subscription,
  type WatchedData,
  type WatchedDataDeps,
} from './consul-template/watched-data.ts';
export { FunctionError, TemplateError, type TemplatePhase, type TemplatePlace } from './errors.ts';
export type { MissingKey } from './expressions.ts';
export { printValue, sprint } from './format/print.ts';
export { sprintf } from './format/printf.ts';
export type { FunctionSet, Parameter, TemplateFunction } from './functions.ts';
export { compileRegexp, type Regexp } from './regexp.ts';
export { type CompileOptions, compile, type Limits, type Template } from './template.ts';
export { elementType, entries, isTrue, items, type Kind, kindOf, Method, Typed, typeName } from './values.ts';
