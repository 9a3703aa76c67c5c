import { graphql } from './graphql.js';

export const query = graphql`
  query liveQuery($stack: String!) {
    stack(name: $stack) {
      id
      changeCursor
      instances(first: 20) {
        nodes {
          id
          name
          description
        }
      }
    }
  }
`;

export const subscription = graphql`
  subscription liveSubscription($stack: StackRef!, $after: ChangeCursor) {
    stackChanges(stack: $stack, after: $after) {
      __typename
      ... on ChangeEvent {
        cursor
        deletedIds @deleteRecord
        change {
          id
          message
        }
        instance {
          id
          name
          description
        }
      }
      ... on HeartbeatEvent {
        cursor
      }
      ... on ResyncEvent {
        cursor
        reason
      }
    }
  }
`;
