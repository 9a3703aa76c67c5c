// Writes the operations of the tour and of docs/live.md into generated/operations: each without a name gets one, since code
// generation wants one.
import { parse, print } from 'graphql';
import fs from 'node:fs';

const out = 'generated/operations';
const pages = ['../../docs/tour.md', '../../docs/live.md'].map((page) => fs.readFileSync(page, 'utf8')).join('\n');

fs.mkdirSync(out, { recursive: true });

const taken = new Map();
for (const [, text] of pages.matchAll(/^```graphql\n(.*?)^```$/gms)) {
  const { definitions } = parse(text, { noLocation: true });
  for (const operation of definitions.filter(({ kind }) => kind === 'OperationDefinition')) {
    if (operation.name) continue;
    const field = operation.selectionSet.selections[0].name.value;
    const times = (taken.get(field) ?? 0) + 1;
    taken.set(field, times);
    const name = `Readme${field[0].toUpperCase()}${field.slice(1)}${times > 1 ? times : ''}`;
    operation.name = { kind: 'Name', value: name };
  }
  const number = String(fs.readdirSync(out).length + 1).padStart(2, '0');
  fs.writeFileSync(`${out}/${number}.graphql`, `${definitions.map(print).join('\n\n')}\n`);
}
