// The page. Everything it needs comes from this server; see build.mjs for what is left out and why.
// The editor is imported first: GraphiQL's style sheets override the editor's.
import 'monaco-graphql/esm/monaco-editor.js';
import { createElement as h, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import '@graphiql/react/style.css';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import '@graphiql/plugin-doc-explorer/style.css';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import '@graphiql/plugin-history/style.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import '@graphiql/plugin-explorer/style.css';
import { GraphiQL } from 'graphiql';
import 'graphiql/graphiql.css';
import './style.css';
import { withSubscriptions } from './subscriptions.js';
import firstLook from './first-look.graphql';
import firstStack from './first-stack.graphql';
import origins from './origins.graphql';
import importFile from './import.graphql';

const root = document.getElementById('graphiql');

// The names of the workers carry a hash of their content, so the build writes them into index.html.
const workers = { graphql: root.dataset.graphqlWorker, json: root.dataset.jsonWorker };
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(workers[label] ?? root.dataset.editorWorker, { type: 'module' }),
};

// Relative, so that it also works below a path prefix of a proxy.
const url = new URL('graphql', document.baseURI).href;
const fetcher = withSubscriptions(url, createGraphiQLFetcher({ url, enableIncrementalDelivery: false }));
const plugins = [HISTORY_PLUGIN, explorerPlugin()];
const defaultTabs = [firstLook, firstStack, origins, importFile].map((query) => ({ query }));
// A link can bring a query: `graphiql?query=…&variables=…`.
const linked = new URLSearchParams(location.search);
const initialQuery = linked.get('query') ?? undefined;
const initialVariables = linked.get('variables') ?? undefined;

// GraphiQL's own style follows the system at once, its editors only when the page is loaded again.
function FollowSystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme) return;
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return null;
}

// The editor measures its font once, so the font has to be there.
await document.fonts.load('15px "Fira Code"').catch(() => {});

createRoot(root).render(
  h(
    GraphiQL,
    { fetcher, plugins, referencePlugin: DOC_EXPLORER_PLUGIN, defaultTabs, initialQuery, initialVariables, schemaDescription: true },
    h(GraphiQL.Logo, null, h('span', { className: 'devarch-logo' }, 'DevArch')),
    h(FollowSystemTheme),
  ),
);
