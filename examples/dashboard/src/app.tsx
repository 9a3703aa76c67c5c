import { useEffect, useRef } from 'react';
import { connection, needsKey } from './api/connection';
import { useStore } from './api/store';
import { Header } from './header';
import { AskForKey } from './pages/ask-for-key';
import { ComparePage } from './pages/compare';
import { HistoryPage, InstanceHistoryPage, StackHistoryPage, TemplateHistoryPage } from './pages/history';
import { InstancePage } from './pages/instance';
import { KeysPage } from './pages/keys';
import { SearchPage } from './pages/search';
import { StackPage } from './pages/stack';
import { StacksPage } from './pages/stacks';
import { TemplatePage } from './pages/template';
import { TemplatesPage } from './pages/templates';
import { TrashPage } from './pages/trash';
import { TrashedNotice } from './parts/trashed';
import { useRoute, type Route } from './route';

function View({ path: [place, name, part, second, third], parameters }: Route) {
  switch (place) {
    case undefined:
      return <StacksPage parameters={parameters} />;
    case 'stacks':
      if (!name) return <StacksPage parameters={parameters} />;
      if (part === 'history') return <StackHistoryPage stack={name} parameters={parameters} />;
      if (part !== 'instances' || !second) return <StackPage name={name} parameters={parameters} />;
      if (third === 'history') return <InstanceHistoryPage stack={name} instance={second} parameters={parameters} />;
      return <InstancePage key={`${name}/${second}`} stack={name} name={second} />;
    case 'templates':
      if (!name) return <TemplatesPage parameters={parameters} />;
      return part === 'history' ? <TemplateHistoryPage template={name} parameters={parameters} /> : <TemplatePage key={name} name={name} />;
    case 'compare':
      return <ComparePage parameters={parameters} />;
    case 'history':
      return <HistoryPage parameters={parameters} />;
    case 'trash':
      return <TrashPage />;
    case 'keys':
      return <KeysPage />;
    case 'search':
      return <SearchPage text={parameters.get('q')?.trim() ?? ''} after={parameters.get('after')} />;
    default:
      return (
        <>
          <h1>No such page</h1>
          <p>
            <a href="#/">Show all stacks</a>
          </p>
        </>
      );
  }
}

export function App() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const { key } = useStore(connection);
  const asks = useStore(needsKey);
  const place = route.path.join('/');

  // A reader begins with the new page, as after a page that is loaded.
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    if (!isFirst.current) scrollTo(0, 0);
    isFirst.current = false;
  }, [place]);

  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <Header place={route.path[0] ?? 'stacks'} search={route.parameters.get('q') ?? ''} />
      <main id="main" ref={main} tabIndex={-1}>
        <TrashedNotice />
        {asks ? <AskForKey wasRefused={key !== null} /> : <View {...route} />}
      </main>
    </>
  );
}
