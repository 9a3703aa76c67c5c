// Dark, light, or as the system has it.
import { makeStore } from './api/store';

export type Theme = 'system' | 'light' | 'dark';
const place = 'devarch-theme';
const themes: readonly Theme[] = ['system', 'light', 'dark'];

const stored = localStorage.getItem(place) as Theme;
export const theme = makeStore<Theme>(themes.includes(stored) ? stored : 'system');

function show(): void {
  document.documentElement.dataset['theme'] = theme.get();
}

export function nextTheme(): void {
  const next = themes[(themes.indexOf(theme.get()) + 1) % themes.length] ?? 'system';
  localStorage.setItem(place, next);
  theme.set(next);
}

theme.subscribe(show);
show();
