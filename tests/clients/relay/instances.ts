import { graphql } from './graphql.js';

export const query = graphql`
  query instancesQuery($stack: String!, $count: Int!) {
    stack(name: $stack) {
      id
      ...instancesList
    }
  }
`;

// The next page of a node's own connection comes through Query.node.
export const list = graphql`
  fragment instancesList on Stack
  @argumentDefinitions(cursor: { type: "String" })
  @refetchable(queryName: "instancesPageQuery") {
    instances(first: $count, after: $cursor) @connection(key: "instancesList_instances") {
      pageInfo {
        endCursor
        hasNextPage
      }
      edges {
        node {
          ...instancesRow @relay(mask: false)
        }
      }
    }
  }
`;

export const row = graphql`
  fragment instancesRow on Instance {
    id
    name
    containerName
    description
  }
`;

export const update = graphql`
  mutation instancesUpdateMutation($input: UpdateInstanceInput!) {
    updateInstance(input: $input) {
      instance {
        ...instancesRow
      }
      userErrors {
        __typename
        code
        ... on NameTakenError {
          holder {
            id
            ... on Instance {
              name
            }
          }
        }
      }
    }
  }
`;

export const create = graphql`
  mutation instancesCreateMutation($input: CreateInstanceInput!, $connections: [ID!]!) {
    createInstance(input: $input) {
      instance @appendNode(connections: $connections, edgeTypeName: "InstanceEdge") {
        ...instancesRow
      }
      userErrors {
        code
      }
    }
  }
`;

export const softDelete = graphql`
  mutation instancesDeleteMutation($input: SoftDeleteInstanceInput!, $connections: [ID!]!) {
    softDeleteInstance(input: $input) {
      instance {
        id @deleteEdge(connections: $connections)
      }
      userErrors {
        code
      }
    }
  }
`;
