import { spawnSync } from 'node:child_process';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';

import { Atom, TOKEN } from './atom.js';
import { deployments } from './packages.js';

/** Without these, Chromium tries to reach its maker's servers. */
const ALONE = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const program = spawnSync('sh', ['-c', 'command -v chromium || command -v google-chrome'], {
  encoding: 'utf8',
}).stdout.trim();

if (program === '' && process.env['CI']) throw new Error('CI has no chromium: install the package chromium.');

describe('Swagger UI in a real browser', () => {
  if (program === '') {
    it('was not opened', () => console.warn('chromium is not on this machine: Swagger UI was not opened'));
    return;
  }
  let atom: Atom;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    atom = await Atom.start({ queue: 'postgres', manifests: deployments(1) });
    browser = await chromium.launch({ executablePath: program, args: ALONE });
    page = await browser.newPage();
    await page.goto(`${atom.url}/docs`);
    await page.waitForSelector('.opblock');
  });
  afterAll(async () => {
    await browser.close();
    await atom.stop();
  });

  it('shows every route of the document', async () => {
    const document = (await (await fetch(`${atom.url}/docs-json`)).json()) as { paths: Record<string, object> };
    const operations = Object.values(document.paths).flatMap((path) => Object.keys(path));
    expect(operations.length).toBeGreaterThan(20);
    expect(await page.locator('.opblock').count()).toBe(operations.length);
  });

  it('calls a route with the token that was given to it', async () => {
    await page.click('.btn.authorize');
    await page.fill('.modal-ux input', TOKEN);
    await page.click('.modal-ux button[type=submit]');
    await page.click('.modal-ux .btn-done');
    const self = page.locator('.opblock', { hasText: '/v1/tokens/self' });
    await self.locator('.opblock-summary-control').click();
    await self.locator('.try-out__btn').click();
    await self.locator('.execute').click();
    const answer = self.locator('.live-responses-table .response-col_description .microlight').first();
    expect(await answer.textContent()).toContain('"role": "admin"');
  });
});
