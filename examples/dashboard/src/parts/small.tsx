// Small things that many pages show.
import { Fragment, useEffect, useState, type ReactNode } from 'react';
import type { ChangeLineFragment } from '../generated/graphql';
import { instanceAddress, stackAddress, templateAddress } from '../route';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const units = [['day', 86_400], ['hour', 3_600], ['minute', 60]] as const;

function ago(at: string, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1_000;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return Math.abs(seconds) < 10 ? 'now' : relative.format(Math.round(seconds), 'second');
}

export const exact = (at: string) => absolute.format(new Date(at));

/** How long ago something was, or how soon it is. */
export function Time({ at }: { at: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 15_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={exact(at)}>
      {ago(at, Math.max(now, Date.now()))}
    </time>
  );
}

const actors: Record<string, string> = {
  ANONYMOUS: 'anonymous',
  CATALOGUE: 'the catalogue',
  COMMAND_LINE: 'the command line',
  KEY: 'a key',
  SERVICE: 'the service',
};

export const actorName = ({ kind, name }: ChangeLineFragment['actor']) => name ?? actors[kind] ?? kind;

/** A name in capitals, as a person would write it. */
export const words = (name: string) => name.toLowerCase().replaceAll('_', ' ');

export const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const actions: Partial<Record<ChangeLineFragment['action'], string>> = {
  CREATE: 'created',
  APPLY: 'applied to',
  DUPLICATE: 'copied into',
  FORK: 'forked into',
  IMPORT: 'imported',
  PURGE: 'purged',
  REDACT: 'redacted',
  RENAME: 'renamed',
  RENEW_LEASE: 'renewed the lease of',
  RESTORE: 'restored',
  RESTORE_VERSION: 'brought back',
  REVERT: 'undid a change of',
  REVOKE: 'revoked',
  SOFT_DELETE: 'deleted',
  UPDATE: 'changed',
};

function subjectAddress({ subjectKind, subjectName, stack }: ChangeLineFragment): string | undefined {
  if (subjectKind === 'STACK') return stackAddress(subjectName);
  if (subjectKind === 'TEMPLATE') return templateAddress(subjectName);
  return subjectKind === 'INSTANCE' && stack ? instanceAddress(stack.name, subjectName) : undefined;
}

/** A sentence of the service, in which names stand between backticks. */
export function Sentence({ text }: { text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

/** A name that is broken behind its separators before it is broken elsewhere. */
function Parts({ text }: { text: string }) {
  return text.split(/(?<=[./:_-])/).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

export function Key({ text }: { text: string }) {
  return (
    <code className="key">
      <Parts text={text} />
    </code>
  );
}

export function Image({ of: { imageName, imageTag } }: { of: { imageName: string; imageTag: string } }) {
  return (
    <code>
      <Parts text={`${imageName}:${imageTag}`} />
    </code>
  );
}

/** What a change did, in a few words. */
export function Deed({ change }: { change: ChangeLineFragment }) {
  const to = subjectAddress(change);
  return (
    <span className="deed">
      {actions[change.action] ?? words(change.action)} {change.subjectKind === 'KEY' ? 'key ' : ''}
      {to ? <a href={to}>{change.subjectName}</a> : change.subjectName}
    </span>
  );
}

/** Who did what, and when. */
export function ChangeLine({ change }: { change: ChangeLineFragment }) {
  return (
    <span className="change-line">
      <Deed change={change} /> <span className="muted">by {actorName(change.actor)}, <Time at={change.at} /></span>
      {change.message && <q>{change.message}</q>}
    </span>
  );
}

export function ChangeList({ changes }: { changes: readonly ChangeLineFragment[] }) {
  return (
    <ul className="lines" aria-label="Latest changes">
      {changes.map((change) => (
        <li key={change.id}>
          <ChangeLine change={change} />
        </li>
      ))}
    </ul>
  );
}

type Tone = 'plain' | 'good' | 'caution' | 'bad' | 'template' | 'instance' | 'stack' | 'system' | 'removed';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

interface LeaseFields {
  expiresAt: string;
  isEnding: boolean;
  isExpired: boolean;
}

export function LeaseBadge({ lease }: { lease: LeaseFields }) {
  if (lease.isExpired) return <Badge tone="bad">lease has ended</Badge>;
  return (
    <Badge tone={lease.isEnding ? 'caution' : 'plain'}>
      ends <Time at={lease.expiresAt} />
    </Badge>
  );
}

interface PublishedPort {
  hostPort?: number | null;
  containerPort: number;
  protocol: string;
}

/** A published port, as a link to the host that serves this page if something with HTTP may be there. */
export function PortLink({ port: { hostPort, containerPort, protocol } }: { port: PublishedPort }) {
  const inside = `${containerPort}${protocol === 'TCP' ? '' : `/${protocol.toLowerCase()}`}`;
  if (!hostPort) return <span className="port muted" title="The engine chooses a port of the host">auto → {inside}</span>;
  const text = `${hostPort} → ${inside}`;
  if (protocol !== 'TCP') return <span className="port">{text}</span>;
  const scheme = containerPort === 443 || containerPort === 8443 ? 'https' : 'http';
  return (
    <a className="port" href={`${scheme}://${location.hostname}:${hostPort}/`} target="_blank" rel="noreferrer">
      {text}
    </a>
  );
}

export function Notice({ tone = 'plain', children }: { tone?: 'plain' | 'caution' | 'bad'; children: ReactNode }) {
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2_000);
  };
  return (
    <button type="button" onClick={() => void copy()}>
      {done ? 'Copied' : label}
    </button>
  );
}

export function saveAs(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
