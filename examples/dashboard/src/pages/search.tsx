import { usePage } from '../api/page';
import { kindName } from '../entries/text';
import { SearchPageDocument, type SearchPageQuery } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Badge, Empty } from '../parts/small';
import { Pages, Table } from '../parts/table';
import { address, instanceAddress, stackAddress, templateAddress } from '../route';

type Found = NonNullable<SearchPageQuery['search']>['edges'][number]['node'];

/** The address of what was found, and its name. */
function place({ node, stack }: Found): { to: string; name: string } {
  switch (node.__typename) {
    case 'Stack':
      return { to: stackAddress(node.name), name: node.name };
    case 'Instance':
      return { to: instanceAddress(stack?.name ?? '', node.name), name: node.name };
    case 'Template':
      return { to: templateAddress(node.name), name: node.name };
    default:
      return { to: address(['stacks']), name: node.id };
  }
}

/** Where it is: `instance of shop`. */
const about = ({ node, stack }: Found) =>
  node.__typename === 'Instance' && stack ? `instance of ${stack.name}` : node.__typename.toLowerCase();

/** What an entry says. The key of a dependency is an id, and its text has the name. */
function entry({ kind, key, text }: Found, name: string): string {
  if (!kind) return text === name ? '' : text;
  return kind === 'DEPENDENCY' || key === '*' || key === text ? text : [key, text].filter(Boolean).join(' = ');
}

export function SearchPage({ text, after }: { text: string; after: string | null }) {
  const page = usePage(SearchPageDocument, { text, hasText: text !== '', after }, { cursor: ({ changeCursor }) => changeCursor });
  return (
    <Frame page={page} title={text ? `Search: ${text}` : 'Search'}>
      {({ search }) => {
        if (!search) return <Empty>Type a part of a name, an image, a port or a value above.</Empty>;
        const { edges, pageInfo } = search;
        if (edges.length === 0) return <Empty>{after ? 'There is nothing more.' : 'Nothing says this.'}</Empty>;
        return (
          <Section title="Found" query={page.graphiql}>
            <Table
              label="Found"
              columns={['Name', 'Where', 'What', 'Text']}
              rows={edges.map(({ cursor, node: found }) => {
                const { to, name } = place(found);
                return {
                  key: cursor,
                  cells: [
                    <a className="strong" href={to}>
                      {name}
                    </a>,
                    <span className="muted">{about(found)}</span>,
                    <Badge>{found.kind ? kindName(found.kind) : found.text === name ? 'name' : 'description'}</Badge>,
                    <span className="value">{entry(found, name)}</span>,
                  ],
                };
              })}
            />
            <Pages info={{ ...pageInfo, hasPreviousPage: false }} to={(more) => address(['search'], { q: text, ...more })} />
          </Section>
        );
      }}
    </Frame>
  );
}
