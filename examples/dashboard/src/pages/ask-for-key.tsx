import { useState } from 'react';
import { setKey } from '../api/connection';
import { TextField } from '../parts/field';
import { Notice } from '../parts/small';

/** Asks for an API key. It stays in this tab, and is forgotten with it. */
export function AskForKey({ wasRefused }: { wasRefused: boolean }) {
  const [key, change] = useState('');
  return (
    <form
      className="card narrow"
      onSubmit={(event) => {
        event.preventDefault();
        setKey(key.trim());
      }}
    >
      <h1>API key</h1>
      {wasRefused && <Notice tone="bad">The key is not valid: unknown, revoked or expired.</Notice>}
      <TextField label="Key" type="password" value={key} onChange={change} required autoFocus hint="It begins with devarch_, and is kept in this tab only." />
      <footer>
        <button type="submit" className="primary">
          Continue
        </button>
      </footer>
    </form>
  );
}
