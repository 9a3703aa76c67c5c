// The address: what follows `#/`, as names of a path and parameters. So the page works below any prefix.
import { useMemo, useSyncExternalStore } from 'react';

export interface Route {
  path: string[];
  parameters: URLSearchParams;
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => {
    const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
    return { path: path.split('/').filter(Boolean).map(decode), parameters: new URLSearchParams(query) };
  }, [hash]);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export type Parameters = Record<string, string | null | undefined>;

export function address(path: string[], parameters: Parameters = {}): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const query = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${query && `?${query}`}`;
}

export const stackAddress = (stack: string, ...more: string[]) => address(['stacks', stack, ...more]);
export const instanceAddress = (stack: string, instance: string, ...more: string[]) =>
  address(['stacks', stack, 'instances', instance, ...more]);
export const templateAddress = (template: string, ...more: string[]) => address(['templates', template, ...more]);

export function go(to: string): void {
  location.hash = to;
}

/** Goes there without an entry of its own in the history of the browser. */
export function replace(to: string): void {
  location.replace(`${location.pathname}${location.search}${to}`);
}

/** The arguments of the page of a list that the address asks for. */
export function pageArguments(parameters: URLSearchParams, size: number) {
  const before = parameters.get('before');
  if (before) return { before, last: size };
  const after = parameters.get('after');
  return after ? { after, first: size } : { first: size };
}
