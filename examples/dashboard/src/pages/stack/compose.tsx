import type { StackDetails } from '../stack';
import { Section } from '../../parts/section';
import { CopyButton, Notice, saveAs, Sentence } from '../../parts/small';
import { Table } from '../../parts/table';
import { instanceAddress } from '../../route';

type Compose = StackDetails['compose'];
type Warning = Compose['warnings'][number];

/** The variable by which Compose refuses a file with this reference: `${{db:host}}` is UNRESOLVED__DB_HOST. */
const unresolved = 'UNRESOLVED__';
const variableOf = (reference: string) => unresolved + reference.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();
const isAbout = (name: string, { message }: Warning) =>
  Array.from(message.matchAll(/\$\{\{(.*?)\}\}/g), ([, reference = '']) => variableOf(reference)).includes(name);

/** Each warning once: there is one for each place of a text. */
const distinct = (warnings: readonly Warning[]) => [...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values()];

/** The stack as a file that Compose runs, and what is needed to start it. */
export function ComposeView({ stack, query }: { stack: StackDetails; query: string }) {
  const { text, requiredVariables } = stack.compose;
  const warnings = distinct(stack.compose.warnings);
  const missing = requiredVariables.filter((name) => name.startsWith(unresolved));
  const about = (name: string) => warnings.filter((warning) => isAbout(name, warning));
  const shown = new Set(missing.flatMap(about));
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
      {stack.instances.totalCount > 0 && (
        <p className="command">
          <span>
            Start it with <code>devarch up {stack.name}</code>
          </span>
          <CopyButton text={`devarch up ${stack.name}`} label="Copy the command" />
        </p>
      )}
      {warnings
        .filter((warning) => !shown.has(warning))
        .map((warning, index) => (
          <Notice key={index} tone="caution">
            <WarningText warning={warning} stack={stack.name} />
          </Notice>
        ))}
      {missing.length > 0 && (
        <>
          <h3>References without a value</h3>
          <p className="muted">It does not start until each has a value.</p>
          <Table
            label="References without a value"
            columns={['Variable in the file', 'Warning']}
            rows={missing.map((name) => ({
              key: name,
              cells: [
                <code>{name}</code>,
                about(name).map((warning, index) => (
                  <div key={index} className="message">
                    <WarningText warning={warning} stack={stack.name} />
                  </div>
                )),
              ],
            }))}
          />
        </>
      )}
      <Variables stack={stack.name} compose={stack.compose} />
      <details>
        <summary>Show the file ({text.split('\n').length - 1} lines)</summary>
        <pre tabIndex={0} role="region" aria-label="Compose file">{text}</pre>
      </details>
    </Section>
  );
}

function WarningText({ warning: { instance, message }, stack }: { warning: Warning; stack: string }) {
  return (
    <>
      {instance && (
        <>
          <a href={instanceAddress(stack, instance)}>{instance}</a>:{' '}
        </>
      )}
      <Sentence text={message} />
    </>
  );
}

/** The variables that the file does not contain: secrets, and what templates of config files require. */
function Variables({ stack, compose: { requiredVariables, variables } }: { stack: string; compose: Compose }) {
  const required = new Set(requiredVariables);
  const secrets = variables.filter(({ name }) => required.delete(name));
  const others = [...required].filter((name) => !name.startsWith(unresolved));
  return (
    <>
      {secrets.length > 0 && (
        <>
          <h3>Secrets that are not in the file</h3>
          <p className="muted">
            <code>devarch up {stack}</code> sets them. Set them yourself only for the file that is downloaded or copied.
          </p>
          <Table
            label="Secrets"
            columns={['Variable', 'Stands for']}
            rows={secrets.map(({ name, key, instance }) => ({
              key: name,
              cells: [
                <code>{name}</code>,
                <>
                  the secret <code>{key}</code> of{' '}
                  {instance === null ? 'the stack' : <a href={instanceAddress(stack, instance)}>{instance}</a>}
                </>,
              ],
            }))}
          />
        </>
      )}
      {others.length > 0 && (
        <>
          <h3>Variables to set before it starts</h3>
          <p className="muted">A template of a config file requires them, and DevArch holds no value.</p>
          <ul>
            {others.map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
