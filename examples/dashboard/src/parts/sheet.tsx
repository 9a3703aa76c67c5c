// A change, what it would do, and the button that makes it with the token of that plan.
import { useEffect, useState, type ReactNode } from 'react';
import { make, plan as planOf, type InputOf, type Outcome, type Plan, type PlannedName, type Problem, type ResultOf } from '../api/changes';
import { Dialog } from './dialog';
import { BeforeSending } from './field';
import { PlanView } from './plan';
import { Notice, Sentence } from './small';
import { Meanwhile } from './meanwhile';

interface SheetProps<Name extends PlannedName> {
  title: string;
  /** What the button says. */
  confirm: string;
  name: Name;
  initial: InputOf<Name>;
  /** The controls of the input, if there are any. */
  children?(input: InputOf<Name>, setInput: (input: InputOf<Name>) => void, problems: readonly Problem[]): ReactNode;
  /** The names of fields whose problems the controls show. */
  fields?: readonly string[];
  onDone?(result: ResultOf<Name>): void;
  onClose(): void;
}

export function Sheet<Name extends PlannedName>({ title, confirm, name, initial, children, fields = [], onDone, onClose }: SheetProps<Name>) {
  const [input, setInput] = useState(initial);
  const [planned, setPlanned] = useState<Outcome<Plan>>();
  const [isStale, setStale] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isSent, setSent] = useState(false);
  /** It is to be made as soon as its plan is there. */
  const [isWanted, setWanted] = useState(false);
  const key = JSON.stringify(input);

  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      async () => {
        const outcome = await planOf(name, input);
        if (!isCurrent) return;
        setPlanned(outcome);
        setStale(false);
      },
      planned ? 250 : 0,
    );
    setStale(true);
    setWanted(false);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
    // The input is compared by what it says.
  }, [key, name]);

  const plan = planned?.result;
  const problems = planned?.problems ?? [];
  const elsewhere = problems.filter(({ path, code }) => !fields.includes(path[0] ?? '') && code !== 'STALE_REVISION');

  const submit = async () => {
    if (!plan) return;
    setBusy(true);
    const { result, problems } = await make(name, { ...(input as object), planToken: plan.token } as InputOf<Name>);
    setBusy(false);
    if (result) {
      onDone?.(result);
      onClose();
      return;
    }
    // What it would do is another thing now: here is the new plan.
    const changed = problems.find(({ code }) => code === 'PLAN_CHANGED')?.plan;
    setPlanned({ result: changed?.token ? changed : undefined, problems });
  };

  useEffect(() => {
    if (!isWanted || isStale || isBusy) return;
    setWanted(false);
    // What destroys something is shown first.
    if (!plan?.destructive) void submit();
  }, [isWanted, isStale]);

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="sheet"
        onSubmit={(event) => {
          event.preventDefault();
          setSent(true);
          if (isStale) setWanted(true);
          else if (!isBusy) void submit();
        }}
        onInvalidCapture={() => setSent(true)}
      >
        <BeforeSending value={!isSent}>{children?.(input, setInput, problems)}</BeforeSending>
        <div className={isStale ? 'outcome stale' : 'outcome'} aria-live="polite">
          {elsewhere.map(({ message }, index) => (
            <Notice key={index} tone="bad">
              <Sentence text={message} />
            </Notice>
          ))}
          <Meanwhile problems={problems} />
          {plan && <PlanView plan={plan} />}
          {!planned && <p className="muted">Working out what this does…</p>}
        </div>
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          {/* Not disabled: Enter in a field would do nothing while the plan is on its way. */}
          <button type="submit" className={plan?.destructive ? 'danger' : 'primary'} aria-disabled={!plan || isStale || isBusy}>
            {confirm}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
