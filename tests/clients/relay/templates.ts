import { graphql } from './graphql.js';

export const query = graphql`
  query templatesQuery($count: Int!, $category: String) {
    ...templatesList
  }
`;

export const list = graphql`
  fragment templatesList on Query
  @argumentDefinitions(cursor: { type: "String" })
  @refetchable(queryName: "templatesPageQuery") {
    templates(first: $count, after: $cursor, category: $category) @connection(key: "templatesList_templates") {
      pageInfo {
        endCursor
        hasNextPage
      }
      edges {
        node {
          id
          name
        }
      }
    }
  }
`;
