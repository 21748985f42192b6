import { defineConfig } from 'vitest/config';

// Paths are relative to the page, so that the console works behind any path prefix.
export default defineConfig({
  root: 'src/main/web',
  base: './',
  // The Kusto worker was written for Node's global; without this it fails and only uncoloured text is left.
  define: { global: 'globalThis' },
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../../target/classes/META-INF/console',
    assetsDir: 'assets',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // The Kusto language service is one 8 MB worker; it is loaded only on the query page.
    chunkSizeWarningLimit: 9000,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': proxied(), '/providers': proxied(), '/subscriptions': proxied() } },
  test: { root: '.', include: ['src/test/unit/**/*.test.ts'], environment: 'node' },
});

function proxied() {
  const target = process.env['MUSTER_URL'] ?? 'http://127.0.0.1:8080';
  // The server refuses a write that comes from another origin, which the development server is.
  return { target, changeOrigin: true, headers: { origin: target } };
}
