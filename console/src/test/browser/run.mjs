// The console in a real browser: every page, by keyboard and pointer, in light and dark.
//   node src/test/browser/run.mjs [--url http://127.0.0.1:PORT] [--screenshots DIR] [--browser /usr/bin/chromium]
// Without --url it tests the built console against the fixture server. Exit codes: 0 all passed, 1 some failed, 2 it could not start.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { startFixtureServer } from './fixture-server.mjs';
import { TESTS } from './tests.mjs';

const module = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    screenshots: { type: 'string', default: join(module, 'target/screenshots') },
    browser: { type: 'string', default: BROWSERS.find(existsSync) ?? BROWSERS[0] },
    only: { type: 'string' },
  },
});
const built = join(module, 'target/classes/META-INF/console');

if (!existsSync(options.browser)) {
  fail(`There is no browser at ${options.browser}; name one with --browser.`);
}
if (options.url === undefined && !existsSync(join(built, 'index.html'))) {
  fail('The console is not built: run ./mvnw package first.');
}
mkdirSync(options.screenshots, { recursive: true });

const fixture = options.url === undefined ? await startFixtureServer(built) : null;
const url = options.url ?? fixture.url;
const browser = await chromium.launch({
  executablePath: options.browser,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

let failed = 0;
for (const test of TESTS) {
  if ((fixture === null && test.fixtureOnly) || (fixture !== null && test.serverOnly) || (options.only !== undefined && !test.name.includes(options.only))) {
    continue;
  }
  const context = await browser.newContext({ viewport: test.viewport ?? { width: 1440, height: 900 }, colorScheme: test.colorScheme ?? 'light', reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const trouble = [];
  page.on('pageerror', error => trouble.push(`script error: ${error.message}`));
  page.on('console', message => message.type() === 'error' && !test.expectsErrors && trouble.push(`console: ${message.text()}`));
  page.on('request', request => {
    const to = new URL(request.url());
    if (to.origin !== new URL(url).origin && !['data:', 'blob:'].includes(to.protocol)) {
      trouble.push(`a request left for ${request.url()}`);
    }
  });
  const started = performance.now();
  try {
    await test.run({ page, url, fixture, shot: name => page.screenshot({ path: join(options.screenshots, `${name}.png`) }) });
    if (trouble.length > 0) {
      throw new Error(trouble.join('\n'));
    }
    console.log(`ok    ${test.name} (${Math.round(performance.now() - started)} ms)`);
  } catch (failure) {
    failed++;
    console.log(`FAIL  ${test.name}\n      ${String(failure.message).replaceAll('\n', '\n      ')}`);
    await page.screenshot({ path: join(options.screenshots, `failed-${test.name.replace(/\W+/g, '-')}.png`) }).catch(() => undefined);
  }
  await context.close();
}
await browser.close();
fixture?.close();
console.log(failed === 0 ? 'console: all passed' : `console: ${failed} failed; pictures are in ${options.screenshots}`);
process.exit(failed === 0 ? 0 : 1);

function fail(message) {
  console.error(`console: ${message}`);
  process.exit(2);
}
