import { distance } from 'fastest-levenshtein';

/** The known name that was most likely meant: of all the one with the fewest letters that differ, and at most every third; case counts for nothing. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let [best, fewest]: [string | undefined, number] = [undefined, Math.floor(name.length / 3) + 1];
  for (const one of known) {
    if (Math.abs(name.length - one.length) >= fewest) continue;
    const letters = distance(name.toLowerCase(), one.toLowerCase());
    if (letters < fewest) [best, fewest] = [one, letters];
  }
  return best;
}
