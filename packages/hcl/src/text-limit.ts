/** No expression makes a text of more characters: it is refused before the memory is taken. */
export const MAX_TEXT = 16 * 1024 * 1024;

export const TOO_LONG = `the text that it makes is longer than ${MAX_TEXT} characters`;
