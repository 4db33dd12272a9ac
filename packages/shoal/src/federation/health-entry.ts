import type { CheckStatus } from '@shoal/api';

/** What is used of an element of `GET /v1/health/service/NAME`. The objects are the ones that came: whatever else they hold is still in them. */
export type HealthEntry = {
  readonly Node: { readonly Node: string; readonly Address: string; readonly Meta?: Texts };
  readonly Service: {
    readonly ID: string;
    readonly Service: string;
    readonly Address: string;
    readonly Port: number;
    readonly Tags?: readonly string[] | null;
    readonly Meta?: Texts;
    readonly Weights?: { readonly Passing: number; readonly Warning: number };
    readonly TaggedAddresses?: Readonly<Record<string, { readonly Address: string }>> | null;
  };
  readonly Checks?: readonly { readonly CheckID: string; readonly Status: CheckStatus }[] | null;
};

type Texts = Readonly<Record<string, string>> | null;

/** The elements that make sense. Throws when the answer is no list. */
export function healthEntries(value: unknown): HealthEntry[] {
  if (!Array.isArray(value)) throw new Error('the answer is no list of service instances');
  return value.filter(isHealthEntry);
}

function isHealthEntry(value: unknown): value is HealthEntry {
  const { Node, Service, Checks } = object(value);
  const [node, service] = [object(Node), object(Service)];
  return (
    areTexts(node['Node'], node['Address'], service['ID'], service['Service'], service['Address']) &&
    isTexts(node['Meta']) &&
    typeof service['Port'] === 'number' &&
    isNone(service['Tags'], (tags) => Array.isArray(tags) && areTexts(...tags)) &&
    isTexts(service['Meta']) &&
    isNone(service['Weights'], (weights) => areNumbers(object(weights)['Passing'], object(weights)['Warning'])) &&
    isNone(service['TaggedAddresses'], (tagged) => each(tagged, (one) => areTexts(object(one)['Address']))) &&
    isNone(Checks, (checks) => Array.isArray(checks) && checks.every(isCheck))
  );
}

function isCheck(value: unknown): boolean {
  const { CheckID, Status } = object(value);
  return areTexts(CheckID, Status);
}

export function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function isTexts(value: unknown): value is Texts | undefined {
  return isNone(value, (map) => each(map, (one) => areTexts(one)));
}

export function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function areNumbers(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'number');
}

function isNone(value: unknown, or: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || or(value);
}

function each(value: unknown, test: (value: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(test);
}
