import { defineConfig } from 'vite';
import { licences } from './licences.mjs';

// Names without hashes: the files are committed, and their differences can be read.
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [licences()],
  // The files of ../live have no packages of their own.
  resolve: { dedupe: ['@urql/core', 'graphql-ws'] },
  build: {
    outDir: '../../assets/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    // A data: address for a picture would be one more source to allow.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: { entryFileNames: 'app.js', assetFileNames: 'app[extname]', codeSplitting: false },
    },
  },
  server: {
    proxy: {
      '/graphql': { target: process.env['DEVARCH_URL'] ?? 'http://127.0.0.1:8080', ws: true, changeOrigin: true },
    },
  },
});
