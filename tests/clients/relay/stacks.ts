import { graphql } from './graphql.js';

export const query = graphql`
  query stacksQuery($count: Int!, $search: String) {
    ...stacksList
  }
`;

export const list = graphql`
  fragment stacksList on Query
  @argumentDefinitions(cursor: { type: "String" })
  @refetchable(queryName: "stacksPageQuery") {
    stacks(first: $count, after: $cursor, search: $search) @connection(key: "stacksList_stacks") {
      totalCount
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
