// What a user does, page by page. A test with `fixtureOnly` looks for the fixture's own figures.

import assert from 'node:assert/strict';
import { faultsOf } from './accessibility.mjs';

const opened = async (page, url, hash) => {
  await page.goto(`${url}/#/${hash}`);
  await page.locator('main').waitFor();
};

const runQuery = async (page, text) => {
  await page.locator('.editor[data-editor=rich]').waitFor({ timeout: 40_000 });
  await page.locator('.monaco .view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Enter');
};

export const TESTS = [
  {
    name: 'the overview shows the estate',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'overview');
      await page.locator('.figure .value', { hasText: /\d/ }).first().waitFor();
      await page.locator('.bars .count').first().waitFor();
      await page.getByRole('heading', { name: 'Applications', exact: true }).waitFor();
      await page.waitForLoadState('networkidle');
      await shot('overview');
      assert.equal(await page.locator('.notice.bad').count(), 0, 'no card failed');
    },
  },
  {
    name: 'the overview in the dark',
    colorScheme: 'dark',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'overview');
      await page.locator('.donut').waitFor();
      await page.waitForLoadState('networkidle');
      assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
      await shot('overview-dark');
    },
  },
  {
    name: 'a query is coloured, run by Ctrl+Enter and shown as a table',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'query');
      await runQuery(page, "resources\n| where type =~ 'microsoft.compute/virtualmachines'\n| project id, name, location");
      await page.locator('.grid-row').first().waitFor();
      await page.locator('.monaco .QueryOperator').first().waitFor();
      await page.locator('.monaco .Column').first().waitFor();
      assert.ok((await page.locator('.grid-row').count()) < 120, 'only the rows in view are drawn');
      await shot('query');
    },
  },
  {
    name: 'a long answer is paged, walked by keyboard and opened',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'query');
      await runQuery(page, "resources\n| project id, name, type, location, tags");
      await page.locator('.grid-row').first().waitFor();
      const rows = Number((await page.locator('.results-bar strong').textContent()).replace(/\D/g, ''));
      assert.ok(rows > 1000, `pages were joined: ${rows}`);
      await page.locator('.grid-cell').first().click();
      await page.keyboard.press('Control+End');
      await page.locator(`[aria-rowindex="${rows + 1}"]`).waitFor();
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('Enter');
      await page.locator('dialog[open]').waitFor();
      await shot('query-row');
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'a wrong query is told with its place',
    expectsErrors: true,
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'query');
      await runQuery(page, "resources\n| where location == 'eastus'\n| project nosuch, name");
      await page.locator('.problem .caret').waitFor();
      await page.getByRole('button', { name: /Line 3, column 11/ }).click();
      await page.locator('.squiggly-error').first().waitFor();
      await shot('query-problem');
    },
  },
  {
    name: 'a count is drawn as a chart',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'query');
      await runQuery(page, "resources\n| where type =~ 'microsoft.compute/virtualmachines'\n| summarize machines = count() by location\n| render barchart");
      await page.locator('.results-chart .bars').waitFor();
      await shot('query-chart');
      await page.getByRole('tab', { name: 'Table' }).click();
      await page.locator('.grid-row').first().waitFor();
    },
  },
  {
    name: 'an answer is exported as CSV',
    run: async ({ page, url }) => {
      await opened(page, url, `query?q=${encodeURIComponent('resources | project id, name | take 5')}`);
      await page.locator('.grid-row').first().waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV' }).click();
      assert.equal((await download).suggestedFilename(), 'muster-query.csv');
    },
  },
  {
    name: 'samples are picked by keyboard',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'query');
      await page.getByRole('button', { name: 'Samples' }).click();
      await page.getByRole('menuitem').first().waitFor();
      await shot('query-samples');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.locator('.grid-row, .results .empty').first().waitFor();
    },
  },
  {
    name: 'every sample query runs',
    serverOnly: true,
    run: async ({ page, url }) => {
      await opened(page, url, 'query');
      await page.getByRole('button', { name: 'Samples' }).click();
      const names = await page.locator('.menu-list h3:has-text("Samples") ~ button').evaluateAll(found => found.map(button => button.firstChild.textContent));
      await page.keyboard.press('Escape');
      const wrong = [];
      for (const name of names) {
        await page.getByRole('button', { name: 'Samples' }).click();
        await page.getByRole('menuitem', { name }).first().click();
        await page.locator('.results-bar, .problem, .results .notice.bad').first().waitFor();
        if ((await page.locator('.problem, .results .notice.bad').count()) > 0) {
          wrong.push(`${name}: ${await page.locator('.results').innerText()}`);
        }
      }
      assert.deepEqual(wrong, []);
    },
  },
  {
    name: 'completion offers columns of the table',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'query');
      await page.locator('.editor[data-editor=rich]').waitFor({ timeout: 40_000 });
      await page.locator('.monaco .view-lines').click();
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Delete');
      await page.keyboard.type('resources | where subscr', { delay: 30 });
      await page.locator('.suggest-widget .monaco-list-row', { hasText: 'subscriptionId' }).waitFor();
      await shot('query-completion');
    },
  },
  {
    name: 'compliance goes from an assignment down to the evaluated expressions',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'compliance');
      await page.locator('table.list tbody tr').first().waitFor();
      await shot('compliance');
      await page.locator('table.list td.number a').first().click();
      await page.getByRole('button', { name: /^Why/ }).first().waitFor();
      await shot('compliance-assignment');
      await page.getByRole('button', { name: /^Why/ }).first().click();
      await page.locator('.expression').first().waitFor();
      await shot('compliance-verdict');
      await page.keyboard.press('Escape');
    },
  },
  {
    name: 'compliance of the past is found on its line, and left again',
    fixtureOnly: true,
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'compliance');
      await page.getByText('231', { exact: true }).first().waitFor();
      await page.locator('.trend svg').click({ position: { x: 40, y: 60 } });
      await page.getByText('This is how it was on').waitFor();
      await page.getByText('462', { exact: true }).first().waitFor();
      await shot('compliance-past');
      assert.equal(await page.getByRole('button', { name: 'Remediate' }).count(), 0);
      assert.notEqual(await page.getByLabel('As of').inputValue(), '');
      await page.getByRole('link', { name: 'Back to now' }).click();
      await page.getByText('231', { exact: true }).first().waitFor();
      assert.equal(await page.getByText('This is how it was on').count(), 0);
      const file = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Report' }).click();
      assert.match((await file).suggestedFilename(), /^compliance-\d{4}-\d\d-\d\d\.html$/);
    },
  },
  {
    name: 'a query is asked as of an instant',
    fixtureOnly: true,
    run: async ({ page, url }) => {
      await opened(page, url, 'query');
      await page.getByLabel('As of').fill('2026-11-20T08:00:00');
      const request = page.waitForRequest(one => one.url().includes('ResourceGraph') && (one.postData() ?? '').includes('asOf'));
      await page.getByRole('button', { name: /^Run/ }).click();
      assert.equal(JSON.parse((await request).postData()).options.asOf, new Date('2026-11-20T08:00:00').toISOString());
      await page.locator('.grid-row').first().waitFor();
    },
  },
  {
    name: 'an evaluation is started from the page',
    run: async ({ page, url }) => {
      await opened(page, url, 'compliance');
      await page.getByRole('button', { name: 'Evaluate now' }).click();
      await page.locator('.toasts .notice.good').waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'a remediation is started, watched to its end and listed',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'compliance');
      await page.getByRole('button', { name: 'Remediate' }).first().click();
      await page.getByLabel('At most this many resources').fill('24');
      await shot('remediation-start');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('heading', { name: 'Progress' }).waitFor();
      await page.getByText(/of 24 resources done|of \d+ resources? done/).waitFor({ timeout: 60_000 });
      await shot('remediation-running');
      await page.locator('.card header .badge', { hasText: /^(Succeeded|Failed|Complete)$/ }).waitFor({ timeout: 120_000 });
      await shot('remediation-done');
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Remediations' }).click();
      await page.locator('table.list tbody tr').first().waitFor();
      await shot('remediations');
    },
  },
  {
    name: 'a remediation is cancelled',
    fixtureOnly: true,
    run: async ({ page, url }) => {
      await opened(page, url, 'compliance');
      await page.getByRole('button', { name: 'Remediate' }).first().click();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.locator('.badge', { hasText: 'Canceled' }).first().waitFor();
    },
  },
  {
    name: 'a narrow screen has everything',
    viewport: { width: 390, height: 844 },
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'compliance');
      const assignment = await page.locator('table.list tbody a').first().getAttribute('href');
      for (const name of ['overview', 'query', 'compliance', assignment.replace('#/', ''), 'remediations']) {
        await opened(page, url, name);
        await page.locator('h1, .query').first().waitFor();
        await page.waitForLoadState('networkidle');
        await page.waitForFunction(() => document.querySelector('.skeleton') === null);
        await shot(`${name.replace(/\?.*/, '').replace('/', '-')}-narrow`);
        const wide = await page.evaluate(() =>
          [document.documentElement, ...document.querySelectorAll('.side, .main, .table-wrap')].filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.className || part.tagName));
        assert.deepEqual(wide, [], `on the page ${name} something is moved sideways`);
      }
    },
  },
  {
    name: 'a remediation at whatever scope is listed, and shown on a narrow screen',
    fixtureOnly: true,
    viewport: { width: 390, height: 844 },
    run: async ({ page, url, shot }) => {
      const id = '/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.PolicyInsights/remediations/elsewhere';
      await opened(page, url, 'remediations');
      await page.evaluate(path => fetch(path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ properties: {} }) }), `${id}?api-version=2024-10-01`);
      await page.reload();
      await page.getByRole('link', { name: 'elsewhere' }).click();
      await page.getByText('exit code 7').waitFor({ timeout: 60_000 });
      await page.getByText('1,204 resources').first().waitFor();
      await shot('remediation-narrow');
      const wide = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll('.main, .table-wrap')].filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.className || part.tagName));
      assert.deepEqual(wide, []);
    },
  },
  {
    name: 'the query page in the dark',
    colorScheme: 'dark',
    run: async ({ page, url, shot }) => {
      await opened(page, url, 'query');
      await runQuery(page, "resources\n| where type =~ 'microsoft.compute/virtualmachines' // machines only\n| extend os = tostring(properties.storageProfile.osDisk.osType), n = 3\n| project id, name, location, os");
      await page.locator('.grid-row').first().waitFor();
      await shot('query-dark');
    },
  },
  {
    name: 'a server with a token asks for it',
    fixtureOnly: true,
    expectsErrors: true,
    run: async ({ page, url, fixture }) => {
      fixture.tokens.wanted = 'open sesame';
      try {
        await opened(page, url, 'overview');
        await page.getByLabel('Token').fill('open sesame');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.locator('.bars .count').first().waitFor();
      } finally {
        fixture.tokens.wanted = null;
      }
    },
  },
  {
    name: 'an unknown page says so',
    run: async ({ page, url }) => {
      await opened(page, url, 'nowhere');
      await page.getByText('There is no such page').waitFor();
    },
  },
  ...['light', 'dark'].map(colorScheme => ({
    name: `every page can be read and its controls have names, ${colorScheme}`,
    colorScheme,
    run: async ({ page, url }) => {
      const faults = {};
      const look = async name => {
        const found = await faultsOf(page);
        if (found.length > 0) {
          faults[name] = found;
        }
      };
      await opened(page, url, 'overview');
      await page.locator('.bars .count').first().waitFor();
      await page.waitForLoadState('networkidle');
      await look('overview');
      await opened(page, url, `query?q=${encodeURIComponent('resources | project id, name, location, tags')}`);
      await page.locator('.grid-row').first().waitFor();
      await look('query');
      await opened(page, url, 'compliance');
      await page.locator('table.list td.number a').first().waitFor();
      await look('compliance');
      await page.locator('table.list td.number a').first().click();
      await page.getByRole('button', { name: /^Why/ }).first().click();
      await page.locator('.expression').first().waitFor();
      await look('verdict');
      await page.keyboard.press('Escape');
      await opened(page, url, 'remediations');
      await page.locator('.card .empty, .card tbody tr').first().waitFor();
      await look('remediations');
      assert.deepEqual(faults, {});
    },
  })),
];
