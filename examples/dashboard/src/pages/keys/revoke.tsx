import { useState } from 'react';
import { make, type Problem } from '../../api/changes';
import { Dialog } from '../../parts/dialog';
import { Notice, Sentence } from '../../parts/small';

/** The API has no plan for this change. */
export function RevokeKey({ name, isOwn, onClose }: { name: string; isOwn: boolean; onClose(): void }) {
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const revoke = async () => {
    const { result, problems } = await make('revokeApiKey', { name });
    if (result) onClose();
    else setProblems(problems);
  };
  return (
    <Dialog title={`Revoke ${name}`} onClose={onClose}>
      <div className="sheet">
        <p>It is no longer valid from then on, for ever. Its subscriptions end.</p>
        {isOwn && <Notice tone="caution">This tab uses it, and will ask for another one.</Notice>}
        {problems.map(({ message }, index) => (
          <Notice key={index} tone="bad">
            <Sentence text={message} />
          </Notice>
        ))}
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" className="danger" onClick={() => void revoke()}>
            Revoke key
          </button>
        </footer>
      </div>
    </Dialog>
  );
}
