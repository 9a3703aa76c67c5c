// Whether the files in assets/dashboard are those that this source gives: builds into a temporary folder, and compares.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'vite';

const committed = '../../assets/dashboard';
const fresh = fs.mkdtempSync(path.join(os.tmpdir(), 'devarch-dashboard.'));

const filesOf = (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder) : []);
const read = (folder, file) => fs.readFileSync(path.join(folder, file));

try {
  await build({ logLevel: 'error', build: { outDir: fresh } });
  const names = new Set([...filesOf(committed), ...filesOf(fresh)]);
  const isSame = (name) =>
    [committed, fresh].every((folder) => fs.existsSync(path.join(folder, name))) &&
    read(committed, name).equals(read(fresh, name));
  const differing = [...names].filter((name) => !isSame(name)).sort();
  if (differing.length > 0) {
    console.error(`assets/dashboard is not current (${differing.join(', ')}): run npm run build in examples/dashboard`);
    process.exitCode = 1;
  }
} finally {
  fs.rmSync(fresh, { recursive: true, force: true });
}
