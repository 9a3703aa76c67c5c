// Builds the page into ../src/server/graphiql: index.html, the assets it refers to (each gzipped, its
// name carrying a hash of its content) and the licences of everything bundled. Same input, same bytes.
import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const here = import.meta.dirname;
const out = path.join(here, '../src/server/graphiql');

// Parts of the editor that a GraphQL page has no use for; leaving them out keeps the binary small.
const unused = [
  'codelens',
  'colorPicker',
  'diffEditor',
  'diffEditorBreadcrumbs',
  'dropOrPasteInto',
  'iPadShowKeyboard',
  'inlayHints',
  'inlineCompletions',
  'inlineEdit',
  'inlineEdits',
  'inlineProgress',
  'inspectTokens',
  'linkedEditing',
  'referenceSearch',
  'rename',
  'sectionHeaders',
  'semanticTokens',
  'stickyScroll',
  'suggestInlineCompletions',
  'toggleHighContrast',
];

const replace = {
  name: 'replace',
  setup({ onLoad, onResolve, resolve }) {
    onLoad({ filter: /monaco-editor\/esm\/vs\/editor\/(editor\.all|edcore\.main)\.js$/ }, ({ path: file }) => {
      const isUnused = (line) => unused.some((name) => line.includes(`/${name}/`) || line.includes(`/${name}.js`));
      const lines = fs.readFileSync(file, 'utf8').split('\n');
      return { contents: lines.filter((line) => !(line.startsWith('import ') && isUnused(line))).join('\n') };
    });
    // Prettier's JavaScript half (as large as the rest of GraphiQL) only to indent the variables.
    onResolve({ filter: /^prettier\// }, ({ importer }) =>
      importer.endsWith('/@graphiql/react/dist/utility/jsonc.js') ? { path: path.join(here, 'format-json.js') } : undefined,
    );
    // Its CommonJS form, whose exports do not survive `import()`: prettifying a query would fail.
    onResolve({ filter: /^prettier\/parser-graphql$/ }, ({ importer, resolveDir, kind }) =>
      resolve('prettier/plugins/graphql', { importer, resolveDir, kind }),
    );
    // The explorer knows no lists: it complains on the console and shows nothing. Show them as they are written.
    onLoad({ filter: /graphiql-explorer\/dist\/Explorer\.js$/ }, ({ path: file }) => {
      const complaint = "console.error('arg mismatch between arg and selection', argType, argValue);";
      const parts = fs.readFileSync(file, 'utf8').split(complaint);
      if (parts.length !== 3) throw new Error(`${file} has changed`);
      return { contents: parts.join("input = React.createElement('span', null, (0, _graphql.print)(argValue));") };
    });
    // It asks the host of any picture's address in a response for that picture.
    onResolve({ filter: /\/image-preview\.js$/ }, () => ({ path: path.join(here, 'no-image-preview.js') }));
  },
};

const { metafile, outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: {
    entry: 'entry.js',
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  external: ['graphql-ws'], // optional, never reached: the API has no subscriptions
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.graphql': 'text', '.ttf': 'file', '.woff2': 'file' },
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  outdir: out,
  write: false,
  metafile: true,
  plugins: [replace],
  logLevel: 'warning',
});

// esbuild makes a style sheet for every chunk as well; the entry's own has them all.
const outputs = Object.entries(metafile.outputs);
const [entry, { cssBundle }] = outputs.find(([, meta]) => meta.entryPoint === 'entry.js');
const assets = outputFiles
  .map(({ path: file, contents }) => ({ name: path.basename(file), contents }))
  .filter(({ name }) => !name.endsWith('.css') || name === path.basename(cssBundle))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });

const writeZipped = (name, contents) => {
  const zipped = gzipSync(contents, { level: 9 });
  zipped.writeUInt32LE(0, 4); // no time
  zipped[9] = 255; // no operating system
  fs.writeFileSync(path.join(out, `${name}.gz`), zipped);
  return zipped.length;
};
for (const asset of assets) asset.zipped = writeZipped(asset.name, asset.contents);

// index.html
const url = (output) => `./assets/${path.basename(output)}`;
const entryOf = (suffix) => outputs.find(([, meta]) => meta.entryPoint?.endsWith(suffix))[0];
const font = (name) => outputs.find(([output]) => path.basename(output).startsWith(name))[0];
const imports = new Set();
const follow = (output) => {
  for (const { path: next, kind } of metafile.outputs[output].imports) {
    if (kind === 'import-statement' && !imports.has(next)) {
      imports.add(next);
      follow(next);
    }
  }
};
follow(entry);
const links = [
  `<link rel="stylesheet" href="${url(cssBundle)}">`,
  ...['fira-code-latin-400', 'roboto-latin-400'].map(
    (name) => `<link rel="preload" as="font" type="font/woff2" href="${url(font(name))}" crossorigin>`,
  ),
  ...[...imports].sort().map((output) => `<link rel="modulepreload" href="${url(output)}">`),
  `<script type="module" src="${url(entry)}"></script>`,
];
const workers = ['editor', 'graphql', 'json'].map((name) => `data-${name}-worker="${url(entryOf(`/${name}.worker.js`))}"`);
const html = fs
  .readFileSync(path.join(here, 'index.html'), 'utf8')
  .replace('{{links}}', links.join('\n    '))
  .replace('{{workers}}', workers.join(' '));
fs.writeFileSync(path.join(out, 'index.html'), html);

// licenses.txt
const packages = new Map();
for (const { inputs } of Object.values(metafile.outputs)) {
  for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
    const dir = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
    if (!dir || bytesInOutput === 0) continue;
    const { name, version, license, repository } = JSON.parse(fs.readFileSync(path.join(here, dir, 'package.json'), 'utf8'));
    const files = fs.readdirSync(path.join(here, dir)).filter((file) => /^(licen[cs]e|notice|third-?party-?notices)/i.test(file));
    const texts = files.sort().map((file) => fs.readFileSync(path.join(here, dir, file), 'utf8').replace(/\r\n?/g, '\n').trim());
    const source = `${repository?.url ?? repository}`.replace(/^git\+|\.git$/g, '').replace(/^.*github(\.com)?[:/]/, '');
    packages.set(`${name} ${version}`, { license, source, texts });
  }
}
// Some packages carry no text: the one of their repository (or of its neighbour), in another package, is theirs.
const elsewhere = {
  'facebook/react': 'react/react',
  'theKashey/react-remove-scroll-bar': 'theKashey/react-remove-scroll',
};
const notices = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([title, { license, source, texts }]) => {
  const home = elsewhere[source] ?? source;
  const own = texts.length > 0 ? texts : [...packages.values()].find((other) => other.source === home && other.texts.length > 0)?.texts;
  if (!own) throw new Error(`no licence text for ${title} (${source})`);
  const rule = '='.repeat(80);
  return `${rule}\n${title} (${license})\n${rule}\n\n${own.join('\n\n')}\n`;
});
writeZipped(
  'licenses.txt',
  `The page that DevArch serves at /graphiql is built from these packages, each under its own licence.\n\n${notices.join('\n')}`,
);

const total = { name: 'in all', contents: { length: 0 }, zipped: 0 };
for (const { name, contents, zipped } of assets.sort((a, b) => b.zipped - a.zipped)) {
  total.contents.length += contents.length;
  total.zipped += zipped;
  console.log(`${String(contents.length).padStart(9)} ${String(zipped).padStart(8)}  ${name}`);
}
console.log(`${String(total.contents.length).padStart(9)} ${String(total.zipped).padStart(8)}  ${total.name}`);
