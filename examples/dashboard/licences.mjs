// A plugin of Vite: licences.txt, with the licences of everything that is bundled.
import fs from 'node:fs';
import path from 'node:path';

export function licences() {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const folders = new Set();
      for (const { modules = {} } of Object.values(bundle)) {
        for (const [id, { renderedLength }] of Object.entries(modules)) {
          const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0];
          if (folder && renderedLength > 0) folders.add(folder);
        }
      }
      const notices = [...folders].map(notice).sort();
      const head = 'The dashboard is built from these packages, each under its own licence.\n\n';
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: head + notices.join('\n') });
    },
  };
}

function notice(folder) {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`no licence in ${name}`);
  const text = fs.readFileSync(path.join(folder, file), 'utf8').replace(/\r\n?/g, '\n').trim();
  const rule = '='.repeat(80);
  return `${rule}\n${name} ${version} (${license})\n${rule}\n\n${text}\n`;
}
