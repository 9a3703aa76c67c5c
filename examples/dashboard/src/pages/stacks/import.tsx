import { useState } from 'react';
import { make, type Outcome, type ResultOf } from '../../api/changes';
import { Field, problemsOf, TextField } from '../../parts/field';
import { Badge, counted, Key, Notice, Sentence } from '../../parts/small';
import { Table } from '../../parts/table';
import { go, stackAddress } from '../../route';

interface ComposeFile {
  name: string;
  text: string;
}

type Report = ResultOf<'importCompose'>;

/** Lines such as NAME=value. */
function variablesOf(text: string) {
  return text.split('\n').flatMap((line) => {
    const [, name, value] = /^\s*([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    return name ? [{ name, value: value ?? '' }] : [];
  });
}

/** Names, with spaces or commas between them. */
const namesOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

/** What `docker compose` lays over a file of the same name beside it. */
const isOverride = ({ name }: ComposeFile) => /\.override\.ya?ml$/.test(name);

/** The files, and those that are laid over them. One that lies over nothing is a file like any other. */
function layersOf(all: ComposeFile[]) {
  const files = all.filter((file) => !isOverride(file));
  return files.length > 0 ? { files, overrides: all.filter(isOverride) } : { files: all, overrides: [] };
}

/** The name that the files give their project, as a name of a stack. The last one counts. */
function nameIn(all: ComposeFile[]): string {
  const { files, overrides } = layersOf(all);
  const names = [...files, ...overrides].flatMap(({ text }) => /^name:\s*["']?([a-z0-9][a-z0-9_-]*)/m.exec(text)?.[1] ?? []);
  return names.at(-1)?.replaceAll('_', '-') ?? 'imported';
}

export function ImportStack() {
  const [files, setFiles] = useState<ComposeFile[]>([]);
  /** The name of the stack; undefined until it is another one than that of the files. */
  const [chosen, setChosen] = useState<string>();
  const [variables, setVariables] = useState('');
  const [plain, setPlain] = useState('');
  const [outcome, setOutcome] = useState<Outcome<Report>>();
  const [isBusy, setBusy] = useState(false);
  const [isOver, setOver] = useState(false);

  const take = async (list: FileList | null) => {
    const taken = await Promise.all(Array.from(list ?? [], async (file) => ({ name: file.name, text: await file.text() })));
    if (taken.length === 0) return;
    setFiles(taken);
    setOutcome(undefined);
  };

  const stack = chosen ?? nameIn(files);
  const send = async (dryRun: boolean) => {
    setBusy(true);
    const outcome = await make('importCompose', { ...layersOf(files), stack: { name: stack }, variables: variablesOf(variables), plain: namesOf(plain), dryRun });
    setBusy(false);
    if (outcome.result && !dryRun) go(stackAddress(stack));
    else setOutcome(outcome);
  };
  const change = (set: (value: string) => void) => (value: string) => {
    set(value);
    setOutcome(undefined);
  };

  const problems = outcome?.problems ?? [];
  const ofName = problemsOf(problems, 'stack');
  return (
    <section className="card">
      <h2>Import a Compose file</h2>
      <label
        className={isOver ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer.files);
        }}
      >
        <span>
          {files.length > 0 ? (
            <code>{files.map(({ name }) => name).join(', ')}</code>
          ) : (
            <>
              Drop a <code>compose.yaml</code> here, or choose a file
            </>
          )}
        </span>
        <input className="unseen" type="file" accept=".yaml,.yml" multiple aria-label="Compose file" onChange={({ target }) => void take(target.files)} />
      </label>
      {files.length > 0 && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send(!outcome?.result);
          }}
        >
          <TextField label="Name of the stack" required value={stack} onChange={change(setChosen)} problems={ofName} />
          <Field label="Variables" hint="One NAME=value a line, for what the file refers to">
            {(attributes) => (
              <textarea {...attributes} rows={2} value={variables} spellCheck={false} onChange={({ target }) => change(setVariables)(target.value)} />
            )}
          </Field>
          <TextField
            label="Plain values"
            hint="Names of variables that look like secrets and are none"
            value={plain}
            onChange={change(setPlain)}
            problems={problemsOf(problems, 'plain')}
          />
          {problems
            .filter((problem) => !ofName.includes(problem))
            .map(({ message }, index) => (
              <Notice key={index} tone="bad">
                <Sentence text={message} />
              </Notice>
            ))}
          {outcome?.result && <ReportView report={outcome.result} />}
          <footer>
            <button type="submit" className="primary" disabled={isBusy}>
              {outcome?.result ? 'Make the stack' : 'Check the file'}
            </button>
          </footer>
        </form>
      )}
    </section>
  );
}

/** What an import would make, and what of the file it cannot hold. */
function ReportView({ report: { instances, templates, losses, lossCount, changes, changeCount, newVolumes } }: { report: Report }) {
  return (
    <div className="report">
      <p>
        <Badge tone={lossCount > 0 ? 'caution' : 'good'}>{lossCount === 0 ? 'nothing is lost' : `${lossCount} lost`}</Badge>{' '}
        {counted(instances.length, 'instance')}, {counted(templates.filter(({ outcome }) => outcome === 'CREATED').length, 'new template')}.
      </p>
      {newVolumes.length > 0 && (
        <Notice>
          New and empty, whatever the project has in its own: {newVolumes.length === 1 ? 'the volume ' : 'the volumes '}
          <code>{newVolumes.join(', ')}</code>
        </Notice>
      )}
      <Notes title="Cannot be held" notes={losses} count={lossCount} />
      <Notes title="Held in another form" notes={changes} count={changeCount} />
    </div>
  );
}

function Notes({ title, notes, count }: { title: string; notes: Report['losses']; count: number }) {
  if (count === 0) return null;
  return (
    <>
      <h3>
        {title} <span className="count">{count}</span>
      </h3>
      <Table
        label={title}
        columns={['Line', 'Where', 'Why']}
        rows={notes.slice(0, 50).map(({ file, line, path, reason }, index) => ({
          key: `${index}`,
          cells: [<span className="whole">{file}:{line}</span>, <Key text={path} />, <span className="message">{reason}</span>],
        }))}
      />
    </>
  );
}
