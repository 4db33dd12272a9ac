import { BadRequestError } from '../shared/errors.ts';
import { FilterError } from '../shared/filter/expression.ts';
import type { Fields } from '../shared/filter/fields.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import type { ApiRequest } from '../shared/request.ts';
import { flag } from './context.ts';
import { Page } from './page.ts';

/** Where an object stands in its list: by index, then by id. Lists in the order of their ids leave the index 0. */
export type Place = { readonly index: number; readonly id: string };

export function byCreation({ CreateIndex, ID }: { CreateIndex: number; ID: string }): Place {
  return { index: CreateIndex, id: ID };
}

export type Listed<Row> = {
  readonly rows: Iterable<Row>;
  readonly placeOf: (row: Row) => Place;
  /** The object as the list shows it. */
  readonly shown: (row: Row) => unknown;
  /** What a filter may ask for. */
  readonly fields: Fields;
  /** What a filter is asked of. Default: what is shown. */
  readonly asked?: (row: Row) => unknown;
};

/**
 * `filter`, `per_page`, `next_token` and `reverse` (https://developer.hashicorp.com/nomad/api-docs#filtering, #pagination). Oldest first, unless
 * reversed. A token names the first object of the next page, so a page stays right when objects come and go before it.
 */
export function pageOf<Row>(request: ApiRequest, { rows, placeOf, shown, fields, asked }: Listed<Row>): Page {
  const { query } = request;
  const passes = filterFrom(query, fields);
  const perPage = perPageFrom(query.get('per_page'));
  const from = placeFrom(query.get('next_token') ?? '');
  const sign = flag(request, 'reverse') ? -1 : 1;
  const order = (a: Place, b: Place) => sign * (a.index - b.index || (a.id < b.id ? -1 : Number(a.id > b.id)));
  const places = [...rows].map((row) => ({ row, place: placeOf(row) })).sort((a, b) => order(a.place, b.place));
  const items: unknown[] = [];
  for (const { row, place } of places) {
    if (from && order(place, from) < 0) continue;
    if (asked && !passes(asked(row))) continue;
    const item = shown(row);
    if (!asked && !passes(item)) continue;
    if (items.length === perPage) return new Page(items, `${place.index}.${place.id}`);
    items.push(item);
  }
  return new Page(items, undefined);
}

function filterFrom(query: URLSearchParams, fields: Fields): (item: unknown) => boolean {
  try {
    return filterOf(query, fields);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new BadRequestError(`failed to read filter expression: ${error.message}`);
  }
}

function perPageFrom(text: string | null): number {
  if (text === null || text === '' || text === '0') return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(text))
    throw new BadRequestError(`Failed to parse value of "per_page" (${text}): a whole number`);
  return Number(text);
}

function placeFrom(token: string): Place | undefined {
  if (token === '') return undefined;
  const [, index, id] = /^(\d{1,16})\.(.*)$/s.exec(token) ?? [];
  if (index === undefined || id === undefined)
    throw new BadRequestError(`next_token "${token}" is not one that X-Nomad-NextToken gave`);
  return { index: Number(index), id };
}
