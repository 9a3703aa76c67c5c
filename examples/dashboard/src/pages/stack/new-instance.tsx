import type { StackDetails } from '../stack';
import type { StackPageQuery } from '../../generated/graphql';
import { Field, problemsOf, TextField } from '../../parts/field';
import { Sheet } from '../../parts/sheet';

interface NewInstanceProps {
  stack: StackDetails;
  templates: StackPageQuery['templates']['nodes'];
  onClose(): void;
}

export function NewInstance({ stack, templates, onClose }: NewInstanceProps) {
  const first = templates.find(({ name }) => name === 'postgres') ?? templates[0];
  const categories = Map.groupBy(templates, ({ category }) => category || 'other');
  return (
    <Sheet
      title={`New instance in ${stack.name}`}
      confirm="Create instance"
      name="createInstance"
      initial={{ stack: { id: stack.id }, template: { name: first?.name ?? '' }, name: first?.name ?? '' }}
      fields={['name', 'template']}
      onClose={onClose}
    >
      {(input, setInput, problems) => (
        <>
          <Field label="Template" problems={problemsOf(problems, 'template')}>
            {(attributes) => (
              <select
                {...attributes}
                value={input.template.name ?? ''}
                onChange={({ target: { value } }) => {
                  // The name follows until it is another one.
                  const name = input.name === input.template.name ? value : input.name;
                  setInput({ ...input, template: { name: value }, name });
                }}
              >
                {[...categories].map(([category, list]) => (
                  <optgroup key={category} label={category}>
                    {list.map(({ id, name, imageName, imageTag }) => (
                      <option key={id} value={name}>
                        {name} ({imageName}:{imageTag})
                      </option>
                    ))}
                  </optgroup>
                ))}
              </select>
            )}
          </Field>
          <TextField label="Name" required value={input.name} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
        </>
      )}
    </Sheet>
  );
}
