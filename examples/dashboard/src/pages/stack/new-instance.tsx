import { useId } from 'react';
import type { StackDetails } from '../stack';
import type { StackPageQuery } from '../../generated/graphql';
import { problemsOf, TextField } from '../../parts/field';
import { Sheet } from '../../parts/sheet';

type Template = StackPageQuery['templates']['nodes'][number];

const labelOf = ({ name, category, description }: Template) => [name, category, description].filter(Boolean).join(' – ');

interface NewInstanceProps {
  stack: StackDetails;
  templates: readonly Template[];
  onClose(): void;
}

export function NewInstance({ stack, templates, onClose }: NewInstanceProps) {
  const list = useId();
  return (
    <Sheet
      title={`New instance in ${stack.name}`}
      confirm="Create instance"
      name="createInstance"
      initial={{ stack: { id: stack.id }, template: { name: '' }, name: '' }}
      fields={['name', 'template']}
      onClose={onClose}
    >
      {(input, setInput, problems) => {
        // The name follows until it is another one.
        const choose = (template: string) =>
          setInput({ ...input, template: { name: template }, name: input.name === input.template.name ? template : input.name });
        const text = (input.template.name ?? '').toLowerCase();
        const isPart = templates.some((template) => labelOf(template).toLowerCase().includes(text));
        return (
          <>
            <TextField
              label="Template"
              required
              list={list}
              placeholder={`Part of a name or a description: ${templates.length} templates`}
              value={input.template.name ?? ''}
              isUnfinished={isPart}
              onChange={choose}
              problems={problemsOf(problems, 'template')}
            />
            <datalist id={list}>
              {templates.map((template) => (
                <option key={template.id} value={template.name} label={labelOf(template)} />
              ))}
            </datalist>
            <TextField label="Name" required value={input.name} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
          </>
        );
      }}
    </Sheet>
  );
}
