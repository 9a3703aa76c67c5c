import { useState } from 'react';
import { usePage } from '../api/page';
import { mayEditTemplates } from '../api/rights';
import { entryKey, entryText, kindName } from '../entries/text';
import { TemplatePageDocument, type TemplatePageQuery } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Badge, ChangeList, Empty, Image, Key, Notice } from '../parts/small';
import { Table } from '../parts/table';
import { address, instanceAddress, stackAddress, templateAddress } from '../route';
import { entriesOf } from './template/entries';
import { TemplateSheet, type Edited } from './template/sheet';

export type TemplateDetails = NonNullable<TemplatePageQuery['template']>;

export function TemplatePage({ name }: { name: string }) {
  const page = usePage(TemplatePageDocument, { name }, { cursor: ({ changeCursor }) => changeCursor });
  const [edited, setEdited] = useState<Edited>();
  return (
    <Frame page={page} title={name} above={[[address(['templates']), 'Templates']]}>
      {({ template, viewer }) => {
        if (!template) return <Notice>There is no template “{name}”.</Notice>;
        const mayEdit = mayEditTemplates(viewer);
        return (
          <>
            <div className="about-it">
              {template.description && <p>{template.description}</p>}
              <p className="muted">
                <Image of={template} />{' '}
                {template.category && <Badge>{template.category}</Badge>}
              </p>
            </div>
            <div className="toolbar">
              {mayEdit && (
                <button type="button" onClick={() => setEdited('about')}>
                  Edit
                </button>
              )}
              <a className="button" href={templateAddress(name, 'history')}>History</a>
            </div>
            {edited && <TemplateSheet template={template} edited={edited} onClose={() => setEdited(undefined)} />}
            <Entries template={template} query={page.graphiql} onEdit={mayEdit ? setEdited : undefined} />
            <Users template={template} query={page.graphiql} />
            <Section title="Latest changes">
              <ChangeList changes={template.history.nodes} />
            </Section>
          </>
        );
      }}
    </Frame>
  );
}

interface EntriesProps {
  template: TemplateDetails;
  query: string;
  onEdit: ((edited: Edited) => void) | undefined;
}

function Entries({ template, query, onEdit }: EntriesProps) {
  const rows = entriesOf(template);
  return (
    <Section
      title="Entries"
      count={rows.length}
      query={query}
      actions={
        onEdit && (
          <button type="button" onClick={() => onEdit({ kind: 'ENV_VAR', entry: undefined })}>
            Add entry
          </button>
        )
      }
    >
      {rows.length === 0 ? (
        <Empty>No entries: the image decides everything.</Empty>
      ) : (
        <Table
          label="Entries"
          columns={['Kind', 'Key', 'Value', ...(onEdit ? [''] : [])]}
          rows={rows.map(({ kind, entry }) => ({
            key: `${kind} ${entryKey(entry)} ${entryText(entry)}`,
            className: 'entry',
            cells: [
              kindName(kind),
              <Key text={entryKey(entry)} />,
              <span className="value">{entryText(entry)}</span>,
              ...(onEdit
                ? [
                    <span className="row-actions">
                      <button type="button" aria-label={`Edit ${kindName(kind)} ${entryKey(entry)}`} onClick={() => onEdit({ kind, entry })}>
                        Edit
                      </button>
                    </span>,
                  ]
                : []),
            ],
          }))}
        />
      )}
    </Section>
  );
}

function Users({ template, query }: { template: TemplateDetails; query: string }) {
  const { totalCount, nodes } = template.instances;
  return (
    <Section title="Used by" count={totalCount} query={query}>
      {totalCount === 0 ? (
        <Empty>No instance uses it.</Empty>
      ) : (
        <Table
          label="Instances"
          columns={['Stack', 'Instance', 'Overrides']}
          rows={nodes.map(({ id, name, enabled, overrideCount, stack }) => ({
            key: id,
            cells: [
              <a href={stackAddress(stack.name)}>{stack.name}</a>,
              <>
                <a href={instanceAddress(stack.name, name)}>{name}</a> {!enabled && <Badge>disabled</Badge>}
              </>,
              overrideCount || <span className="muted">none</span>,
            ],
          }))}
        />
      )}
      {totalCount > nodes.length && <p className="muted">The first {nodes.length} of {totalCount}.</p>}
    </Section>
  );
}
