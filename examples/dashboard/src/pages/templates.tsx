import { usePage } from '../api/page';
import { TemplatesPageDocument } from '../generated/graphql';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Badge, Image } from '../parts/small';
import { Pages, Table } from '../parts/table';
import { address, pageArguments, templateAddress } from '../route';

export function TemplatesPage({ parameters }: { parameters: URLSearchParams }) {
  const category = parameters.get('category');
  const page = usePage(TemplatesPageDocument, { category, ...pageArguments(parameters, 100) }, {
    cursor: ({ changeCursor }) => changeCursor,
  });
  return (
    <Frame page={page} title="Templates">
      {({ templates, all }) => {
        const categories = [...new Set(all.nodes.map((template) => template.category))].filter(Boolean).sort();
        return (
          <>
            <nav className="choices" aria-label="Categories">
              {['', ...categories].map((name) => (
                <a key={name} href={address(['templates'], { category: name })} aria-current={name === (category ?? '') ? 'true' : undefined}>
                  {name || 'all'}
                </a>
              ))}
            </nav>
            <Section title={category ?? 'All templates'} count={templates.totalCount} query={page.graphiql}>
              <Table
                label="Templates"
                columns={['Template', 'Image', 'Category', 'Used by']}
                rows={templates.nodes.map(({ id, name, description, imageName, imageTag, category, instances }) => ({
                  key: id,
                  cells: [
                    <>
                      <a className="strong" href={templateAddress(name)}>
                        {name}
                      </a>
                      {description && <div className="muted clipped">{description}</div>}
                    </>,
                    <Image of={{ imageName, imageTag }} />,
                    category,
                    instances.totalCount > 0 ? <Badge tone="instance">{instances.totalCount}</Badge> : <span className="muted">nothing</span>,
                  ],
                }))}
              />
              <Pages info={templates.pageInfo} to={(to) => address(['templates'], { category, ...to })} />
            </Section>
          </>
        );
      }}
    </Frame>
  );
}
