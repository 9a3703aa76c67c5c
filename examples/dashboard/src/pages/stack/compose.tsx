import type { StackDetails } from '../stack';
import { Section } from '../../parts/section';
import { CopyButton, Notice, saveAs, Sentence } from '../../parts/small';
import { Table } from '../../parts/table';
import { instanceAddress } from '../../route';

/** The stack as a file that Compose runs, and the variables that it wants. */
export function ComposeView({ stack, query }: { stack: StackDetails; query: string }) {
  const { text, requiredVariables, variables, warnings } = stack.compose;
  const secrets = new Map(variables.map((variable) => [variable.name, variable]));
  return (
    <Section
      title="Compose file"
      query={query}
      actions={
        <>
          <CopyButton text={text} />
          <button type="button" onClick={() => saveAs('compose.yaml', text)}>
            Download
          </button>
        </>
      }
    >
      {warnings.map(({ message }, index) => (
        <Notice key={index} tone="caution">
          <Sentence text={message} />
        </Notice>
      ))}
      {requiredVariables.length > 0 && (
        <>
          <h3>Variables to set before it starts</h3>
          <Table
            label="Variables to set"
            columns={['Variable', 'Stands for']}
            rows={requiredVariables.map((name) => {
              const secret = secrets.get(name);
              return {
                key: name,
                cells: [
                  <code>{name}</code>,
                  secret ? (
                    <>
                      the secret <code>{secret.key}</code> of{' '}
                      {secret.instance === null ? (
                        'the stack'
                      ) : (
                        <a href={instanceAddress(stack.name, secret.instance)}>{secret.instance}</a>
                      )}
                    </>
                  ) : (
                    'a config file, or a reference without a value'
                  ),
                ],
              };
            })}
          />
        </>
      )}
      <details>
        <summary>Show the file ({text.split('\n').length - 1} lines)</summary>
        <pre tabIndex={0} role="region" aria-label="Compose file">{text}</pre>
      </details>
    </Section>
  );
}
