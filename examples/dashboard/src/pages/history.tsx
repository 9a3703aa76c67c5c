import { useState } from 'react';
import { usePage } from '../api/page';
import { mayChange, mayEditTemplates } from '../api/rights';
import {
  HistoryPageDocument,
  InstanceHistoryPageDocument,
  StackHistoryPageDocument,
  TemplateHistoryPageDocument,
  type ChangeLineFragment,
  type HistoryPartFragment,
} from '../generated/graphql';
import { Difference } from '../parts/difference';
import { Edits } from '../parts/edits';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { CopyButton, Empty, exact, Notice } from '../parts/small';
import { Pages } from '../parts/table';
import { address, instanceAddress, pageArguments, stackAddress, templateAddress, type Parameters } from '../route';
import { ChangeTable } from './history/changes';
import { RestoreSheet } from './history/restore';
import { Slider } from './history/slider';

/** More than that the service does not answer, with all that they have changed. */
const size = 30;

export function HistoryPage({ parameters }: { parameters: URLSearchParams }) {
  const page = usePage(HistoryPageDocument, pageArguments(parameters, size), { cursor: ({ changeCursor }) => changeCursor });
  return (
    <Frame page={page} title="History">
      {({ changes, viewer }) => (
        <Changes part={changes} mayUndo={mayChange(viewer)} query={page.graphiql} to={(to) => address(['history'], to)} />
      )}
    </Frame>
  );
}

/** The point of a version; while none is chosen the document still wants one. */
const pointOf = (at: string | null) => (at ? { at: { change: at }, hasAt: true } : { at: { ago: 'PT0S' }, hasAt: false });

export function StackHistoryPage({ stack: name, parameters }: { stack: string; parameters: URLSearchParams }) {
  const at = parameters.get('at');
  const page = usePage(StackHistoryPageDocument, { stack: name, ...pointOf(at), ...pageArguments(parameters, size) }, {
    stack: name,
    cursor: ({ stack }) => stack?.changeCursor,
  });
  const shown = useLast(page.data);
  const above = [[address(['stacks']), 'Stacks'], [stackAddress(name), name]] as const;
  return (
    <Frame page={{ ...page, data: shown }} title={`History of ${name}`} above={above}>
      {({ stack, viewer }) => {
        if (!stack) return <Notice>There is no stack “{name}”.</Notice>;
        const { version, versions, history } = stack;
        const to = (more: Parameters) => address(['stacks', name, 'history'], more);
        return (
          <>
            <Versions changes={versions.nodes} at={at} to={(at) => to({ at })}>
              {version && (
                <>
                  <VersionHead at={version.at} restore={mayChange(viewer) && at ? { stack: { id: stack.id }, at, name, revision: stack.revision } : undefined}>
                    <CopyButton text={version.compose.text} label="Copy its Compose file" />
                  </VersionHead>
                  <Difference diff={version.diff} a="then" b={`${name} now`} />
                </>
              )}
            </Versions>
            <Changes part={history} mayUndo={mayChange(viewer)} query={page.graphiql} to={(more) => to({ at, ...more })} />
          </>
        );
      }}
    </Frame>
  );
}

export function InstanceHistoryPage({ stack, instance: name, parameters }: { stack: string; instance: string; parameters: URLSearchParams }) {
  const at = parameters.get('at');
  const page = usePage(InstanceHistoryPageDocument, { stack, instance: name, ...pointOf(at), ...pageArguments(parameters, size) }, {
    stack,
    cursor: ({ instance }) => instance?.stack.changeCursor,
  });
  const shown = useLast(page.data);
  const above = [[stackAddress(stack), stack], [instanceAddress(stack, name), name]] as const;
  return (
    <Frame page={{ ...page, data: shown }} title={`History of ${name}`} above={above}>
      {({ instance, viewer }) => {
        if (!instance) return <Notice>There is no instance “{name}” in {stack}.</Notice>;
        const { version, versions, history } = instance;
        const to = (more: Parameters) => address(['stacks', stack, 'instances', name, 'history'], more);
        return (
          <>
            <Versions changes={versions.nodes} at={at} to={(at) => to({ at })}>
              {version && (
                <>
                  <VersionHead at={version.at} restore={mayChange(viewer) && at ? { instance: { id: instance.id }, at, name, revision: instance.revision } : undefined} />
                  {version.diff.length === 0 ? <Empty>Nothing differs from now.</Empty> : <Edits edits={version.diff} />}
                </>
              )}
            </Versions>
            <Changes part={history} mayUndo={mayChange(viewer)} query={page.graphiql} to={(more) => to({ at, ...more })} />
          </>
        );
      }}
    </Frame>
  );
}

export function TemplateHistoryPage({ template: name, parameters }: { template: string; parameters: URLSearchParams }) {
  const page = usePage(TemplateHistoryPageDocument, { template: name, ...pageArguments(parameters, size) }, { cursor: ({ changeCursor }) => changeCursor });
  return (
    <Frame page={page} title={`History of ${name}`} above={[[address(['templates']), 'Templates'], [templateAddress(name), name]]}>
      {({ template, viewer }) =>
        template ? (
          <Changes part={template.history} mayUndo={mayEditTemplates(viewer)} query={page.graphiql} to={(to) => address(['templates', name, 'history'], to)} />
        ) : (
          <Notice>There is no template “{name}”.</Notice>
        )
      }
    </Frame>
  );
}

interface ChangesProps {
  part: HistoryPartFragment;
  mayUndo: boolean;
  query: string;
  to(parameters: Parameters): string;
}

function Changes({ part: { nodes, pageInfo }, mayUndo, query, to }: ChangesProps) {
  return (
    <Section title="Changes" query={query}>
      <ChangeTable changes={nodes} mayUndo={mayUndo} />
      <Pages info={pageInfo} to={to} />
    </Section>
  );
}

/** While the slider moves, the version before stays until the next one is there. */
function useLast<Data>(data: Data | undefined): Data | undefined {
  const [last, setLast] = useState(data);
  if (data && data !== last) setLast(data);
  return data ?? last;
}

interface VersionsProps {
  changes: readonly ChangeLineFragment[];
  at: string | null;
  to(at: string | null): string;
  children: React.ReactNode;
}

function Versions({ changes, at, to, children }: VersionsProps) {
  if (changes.length < 2) return null;
  return (
    <Section title="Versions">
      <Slider changes={changes} at={at} to={to} />
      {at && children}
    </Section>
  );
}

interface VersionHeadProps {
  at: string;
  restore: { stack?: { id: string }; instance?: { id: string }; at: string; name: string; revision: number } | undefined;
  children?: React.ReactNode;
}

function VersionHead({ at, restore, children }: VersionHeadProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="toolbar">
      <span>What has changed from {exact(at)} until now:</span>
      {children}
      {restore && (
        <button type="button" onClick={() => setOpen(true)}>
          Bring this version back
        </button>
      )}
      {isOpen && restore && <RestoreSheet {...restore} onClose={() => setOpen(false)} />}
    </div>
  );
}
