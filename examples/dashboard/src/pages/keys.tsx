import { useState } from 'react';
import { usePage } from '../api/page';
import { KeysPageDocument, type KeysPageQuery } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Badge, Empty, Time } from '../parts/small';
import { Table } from '../parts/table';
import { NewKey } from './keys/new-key';
import { RevokeKey } from './keys/revoke';

type Key = KeysPageQuery['apiKeys'][number];

export function KeysPage() {
  const page = usePage(KeysPageDocument, {}, { cursor: ({ changeCursor }) => changeCursor });
  const [open, setOpen] = useState<'new' | Key>();
  const close = () => {
    setOpen(undefined);
    page.refetch();
  };
  return (
    <Frame page={page} title="API keys">
      {({ apiKeys, stacks, viewer }) => (
        <>
          {open === 'new' && <NewKey stacks={stacks.nodes} isFirst={viewer.key === null} onClose={close} />}
          {open && open !== 'new' && <RevokeKey name={open.name} isOwn={viewer.key === open.name} onClose={close} />}
          <Section
            title="Keys"
            count={apiKeys.length}
            query={page.graphiql}
            actions={
              <button type="button" onClick={() => setOpen('new')}>
                New key
              </button>
            }
          >
            {apiKeys.length === 0 ? (
              <Empty>No keys. On this machine everybody may do everything; the first key changes that.</Empty>
            ) : (
              <Table
                label="API keys"
                columns={['Name', 'Begins with', 'Role', 'Reach', 'Created', 'Ends', '']}
                rows={apiKeys.map((key) => ({ key: `${key.name} ${key.createdAt}`, cells: cells(key, viewer.key, setOpen) }))}
              />
            )}
          </Section>
        </>
      )}
    </Frame>
  );
}

function cells(key: Key, own: string | null | undefined, open: (key: Key) => void) {
  const { name, hint, role, requirePlan, stacks, createdAt, expiresAt, revokedAt } = key;
  return [
    <>
      <span className="strong">{name}</span> {own === name && !revokedAt && <Badge tone="good">this one</Badge>}
    </>,
    <code>{hint}</code>,
    <>
      {role.toLowerCase()} {requirePlan && <Badge>needs plans</Badge>}
    </>,
    stacks ? stacks.map(({ name }) => name).join(', ') || 'nothing' : <span className="muted">all stacks</span>,
    <Time at={createdAt} />,
    revokedAt ? (
      <Badge tone="removed">
        revoked <Time at={revokedAt} />
      </Badge>
    ) : expiresAt ? (
      <Time at={expiresAt} />
    ) : (
      <span className="muted">never</span>
    ),
    !revokedAt && (
      <button type="button" aria-label={`Revoke ${name}`} onClick={() => open(key)}>
        Revoke
      </button>
    ),
  ];
}
