import type { FunctionSet } from '../functions.ts';
import { call } from './call.ts';
import { collections } from './collections.ts';
import { compare } from './compare.ts';
import { escapes } from './escape.ts';
import { logic } from './logic.ts';
import { print } from './print.ts';

/** The functions that every Go template has (text/template, "Functions"). */
export const builtins: FunctionSet = { ...call, ...collections, ...compare, ...escapes, ...logic, ...print };
