import { useState } from 'react';
import { usePage } from '../api/page';
import { ComparePageDocument, type ComparePageQuery, type StackPointInput } from '../generated/graphql';
import { Difference } from '../parts/difference';
import { Field, TextField } from '../parts/field';
import { Frame } from '../parts/frame';
import { Section } from '../parts/section';
import { Empty } from '../parts/small';
import { address, go } from '../route';

/** One side: a stack as it is, or as it was at a time of this browser's clock. */
function sideOf(name: string, at: string | null): StackPointInput {
  const stack = { name };
  return at ? { version: { stack, at: { time: new Date(at).toISOString() } } } : { stack };
}

const isTime = (at: string | null) => at === null || !Number.isNaN(Date.parse(at));

export function ComparePage({ parameters }: { parameters: URLSearchParams }) {
  const [a, b] = [parameters.get('a') ?? '', parameters.get('b') ?? ''];
  const [aAt, bAt] = [parameters.get('aAt'), parameters.get('bAt')];
  const isChosen = a !== '' && b !== '' && isTime(aAt) && isTime(bAt);
  const variables = isChosen
    ? { a: sideOf(a, aAt), b: sideOf(b, bAt), isChosen }
    : { a: { stack: { name: a } }, b: { stack: { name: b } }, isChosen };
  const page = usePage(ComparePageDocument, variables, { cursor: ({ changeCursor }) => changeCursor });
  return (
    <Frame page={page} title="Compare" beside={page.error && <a href={address(['compare'])}>Choose again</a>}>
      {({ stacks, diffStacks }) => (
        <>
          <Sides key={`${parameters}`} stacks={stacks.nodes} a={a} b={b} aAt={aAt ?? ''} bAt={bAt ?? ''} />
          {diffStacks ? (
            <Section title="Differences" query={page.graphiql}>
              <Difference diff={diffStacks} a={aAt ? `${a} then` : a} b={bAt ? `${b} then` : b} />
            </Section>
          ) : (
            <Empty>Choose two stacks, or one stack and a time.</Empty>
          )}
        </>
      )}
    </Frame>
  );
}

interface SidesProps {
  stacks: ComparePageQuery['stacks']['nodes'];
  a: string;
  b: string;
  aAt: string;
  bAt: string;
}

function Sides({ stacks, ...given }: SidesProps) {
  const [sides, setSides] = useState(given);
  const choice = (side: 'a' | 'b', label: string) => (
    <fieldset>
      <legend>{label}</legend>
      <Field label="Stack">
        {(attributes) => (
          <select {...attributes} required value={sides[side]} onChange={({ target }) => setSides({ ...sides, [side]: target.value })}>
            <option value="">Choose a stack</option>
            {stacks.map(({ id, name }) => (
              <option key={id} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField label="As it was at" type="datetime-local" value={sides[`${side}At`]} onChange={(at) => setSides({ ...sides, [`${side}At`]: at })} hint="Empty: as it is now" />
    </fieldset>
  );
  return (
    <form
      className="sides card"
      onSubmit={(event) => {
        event.preventDefault();
        go(address(['compare'], { ...sides }));
      }}
    >
      {choice('a', 'First side')}
      {choice('b', 'Second side')}
      <footer>
        <button type="submit" className="primary">
          Compare
        </button>
      </footer>
    </form>
  );
}
