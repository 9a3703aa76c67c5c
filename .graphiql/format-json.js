// Stands in for Prettier where GraphiQL prettifies the variables and the headers (JSON with comments).
import { applyEdits, format as edits } from 'jsonc-parser';

export const printers = {};
export const parsers = {};
export const format = (text) => applyEdits(text, edits(text, undefined, { insertSpaces: true, tabSize: 2, eol: '\n' }));
