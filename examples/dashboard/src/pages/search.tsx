import { usePage } from '../api/page';
import { SearchPageDocument } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Badge, Empty } from '../parts/small';
import { Table } from '../parts/table';
import { find } from './search/find';

export function SearchPage({ text }: { text: string }) {
  const page = usePage(SearchPageDocument, { text }, { cursor: ({ changeCursor }) => changeCursor });
  return (
    <Frame page={page} title={text ? `Search: ${text}` : 'Search'}>
      {(data) => {
        const found = text ? find(data, text) : [];
        if (found.length === 0) return <Empty>{text ? 'Nothing has this name or image.' : 'Type a part of a name or an image above.'}</Empty>;
        return (
          <Section title="Found" count={found.length} query={page.graphiql}>
            <Table
              label="Found"
              columns={['Name', 'What', 'About']}
              rows={found.map(({ kind, name, to, about }) => ({
                key: `${kind} ${to}`,
                cells: [
                  <a className="strong" href={to}>
                    {name}
                  </a>,
                  <Badge>{kind}</Badge>,
                  <span className="muted">{about}</span>,
                ],
              }))}
            />
          </Section>
        );
      }}
    </Frame>
  );
}
