import { useState } from 'react';
import { make, type Problem } from '../../api/changes';
import { Notice, Sentence } from '../../parts/small';
import { go, stackAddress } from '../../route';

const stack = { name: 'example' };
const needs = (name: string, condition: 'SERVICE_HEALTHY' | 'SERVICE_STARTED') => ({
  instance: { byName: { stack: stack.name, name } },
  condition,
});

/** Instances of the catalogue, in the order in which they need each other. */
const instances = [
  { template: 'postgres', name: 'db' },
  { template: 'mailpit', name: 'mail' },
  {
    template: 'adminer',
    name: 'admin',
    dependencies: [needs('db', 'SERVICE_HEALTHY')],
    envVars: [{ key: 'ADMINER_DEFAULT_SERVER', value: '${{db:host}}' }],
  },
  { template: 'nginx', name: 'web', dependencies: [needs('mail', 'SERVICE_STARTED'), needs('db', 'SERVICE_HEALTHY')] },
];

async function makeExample(): Promise<readonly Problem[]> {
  const made = await make('createStack', { ...stack, description: 'An example from the catalogue' });
  if (!made.result) return made.problems;
  for (const { template, name, dependencies = [], envVars = [] } of instances) {
    const input = { stack, template: { name: template }, name, overrides: { dependencies, envVars } };
    const { result, problems } = await make('createInstance', input);
    if (!result) return problems;
  }
  return [];
}

export function ExampleStack() {
  const [isBusy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const start = async () => {
    setBusy(true);
    const found = await makeExample();
    setBusy(false);
    setProblems(found);
    if (found.length === 0) go(stackAddress(stack.name));
  };
  return (
    <section className="card">
      <h2>Or begin with an example</h2>
      <p>A database, a mail catcher, an administration page and a web server from the catalogue.</p>
      {problems.map(({ message }, index) => (
        <Notice key={index} tone="bad">
          <Sentence text={message} />
        </Notice>
      ))}
      <button type="button" disabled={isBusy} onClick={() => void start()}>
        Make the example stack
      </button>
    </section>
  );
}
