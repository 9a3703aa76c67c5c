import { useEffect, useRef } from 'react';
import { lamp, type Lamp } from './api/connection';
import { useStore } from './api/store';
import { address, go } from './route';
import { nextTheme, theme } from './theme';

const places = [
  ['stacks', 'Stacks'],
  ['templates', 'Templates'],
  ['compare', 'Compare'],
  ['history', 'History'],
  ['trash', 'Trash'],
  ['keys', 'Keys'],
] as const;

const states: Record<Lamp, string> = { idle: 'Idle', connecting: 'Connecting', live: 'Live', lost: 'Not live' };

export function Header({ place, search }: { place: string; search: string }) {
  const box = useRef<HTMLInputElement>(null);
  const state = useStore(lamp);
  const colours = useStore(theme);

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = (event.target as Element).closest('input, textarea, select, dialog');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      event.preventDefault();
      box.current?.select();
      box.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);

  return (
    <header className="top">
      <a className="brand" href="#/">
        DevArch
      </a>
      <nav aria-label="Pages">
        {places.map(([name, title]) => (
          <a key={name} href={address([name])} aria-current={place === name ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          go(address(['search'], { q: box.current?.value.trim() }));
        }}
      >
        <input ref={box} key={search} type="search" defaultValue={search} aria-label="Search" placeholder="/ to search, Enter to find" />
      </form>
      <span className={`lamp ${state}`} role="status" title={state === 'lost' ? 'The connection is lost. Trying again.' : undefined}>
        {states[state]}
      </span>
      <button type="button" className="quiet" onClick={nextTheme} aria-label={`Colours: ${colours}`} title={`Colours: ${colours}`}>
        {{ system: '◐', light: '☀', dark: '☾' }[colours]}
      </button>
    </header>
  );
}
