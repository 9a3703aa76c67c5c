import { Sheet } from '../../parts/sheet';
import { problemsOf, TextField } from '../../parts/field';
import { go, stackAddress } from '../../route';

export function NewStack({ onClose }: { onClose(): void }) {
  return (
    <Sheet
      title="New stack"
      confirm="Create stack"
      name="createStack"
      initial={{ name: 'new-stack', description: '' }}
      fields={['name', 'description']}
      onDone={({ stack }) => stack && go(stackAddress(stack.name))}
      onClose={onClose}
    >
      {(input, setInput, problems) => (
        <>
          <TextField label="Name" required value={input.name} onChange={(name) => setInput({ ...input, name })} problems={problemsOf(problems, 'name')} />
          <TextField label="Description" value={input.description ?? ''} onChange={(description) => setInput({ ...input, description })} problems={problemsOf(problems, 'description')} />
        </>
      )}
    </Sheet>
  );
}
