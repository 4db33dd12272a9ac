const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const simple = /^[\x20-\x7e\t\n]*$/;
/** Each step of the segmenter costs as much as its text is long: long ones are given to it in parts. */
const PART = 256;

/** Grapheme clusters: what a reader counts as one character (Unicode Standard Annex 29). */
export function graphemes(text: string): string[] {
  if (simple.test(text)) return text.split('');
  const found: string[] = [];
  let size = PART;
  for (let from = 0; from < text.length; ) {
    const part = Array.from(segmenter.segment(text.slice(from, from + size)), ({ segment }) => segment);
    // The last one may go on behind the part.
    if (from + size < text.length) part.pop();
    if (part.length === 0) size *= 2;
    else size = PART;
    for (const segment of part) {
      found.push(segment);
      from += segment.length;
    }
  }
  return found;
}
