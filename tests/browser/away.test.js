/** A server that goes away and comes back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Shop, eventually, heading, keep } from './shop.js';

const shop = new Shop();

test('the page reports that the server is away, and continues when it is back', async () => {
  await shop.visit('/', async (page) => {
    await heading(page, 'All products');
    await shop.server.stop();
    await page.getByRole('link', { name: 'Camo Onesie' }).click();
    await heading(page, 'One moment, please');
    await page.getByText(/Next attempt in \d+ s/).waitFor();
    await eventually(async () => /cannot be reached/.test(await page.locator('#announcer').textContent()), true);
    await keep(page, 'away-wide-light');
    await shop.server.start();
    await heading(page, 'Camo Onesie');
    await page.goBack();
    await heading(page, 'All products');
  });
});

test('the user can retry at once', async () => {
  await shop.visit('/', async (page) => {
    await heading(page, 'All products');
    // The page's clock is controlled from here on, so that only the requested attempt can succeed.
    await page.clock.pauseAt(Date.now() + 1000);
    await shop.server.stop();
    await page.getByRole('link', { name: /^Kicks/ }).click();
    for (const seconds of [1, 2, 4, 8]) {
      await page.getByText(`Next attempt in ${seconds} s`).waitFor();
      await page.clock.fastForward(seconds * 1000);
    }
    await page.getByText('Next attempt in 8 s').waitFor();
    await keep(page, 'away-narrow-dark');
    await shop.server.start();
    await page.getByRole('button', { name: 'Try again now' }).click();
    await heading(page, 'Kicks');
  }, { isNarrow: true, scheme: 'dark', prepare: (page) => page.clock.install() });
});

test('loading more products can be retried', async () => {
  await shop.visit('/', async (page) => {
    await heading(page, 'All products');
    await shop.server.stop();
    const more = page.getByRole('button', { name: 'Show more' });
    await more.click();
    await page.locator('.more p', { hasText: 'The catalog cannot be reached. Please try again.' }).waitFor();
    await keep(page, 'more-away-wide-light');
    await shop.server.start();
    await more.click();
    await eventually(() => page.locator('.card').count(), 48);
  });
});

test('Retry-After is obeyed', async () => {
  let refusals = 0;
  const prepare = (page) =>
    page.route('**/products?*', (route) => {
      refusals += 1;
      const problem = { status: 503, headers: { 'Retry-After': '1' }, contentType: 'application/problem+json', body: '{"status": 503, "detail": "Too many requests are waiting."}' };
      return refusals > 2 ? route.continue() : route.fulfill(problem);
    });
  const visit = async (page) => {
    await page.locator('.notice', { hasText: 'Too many requests are waiting.' }).waitFor();
    await heading(page, 'All products');
    assert.equal(refusals, 3);
  };
  await shop.visit('/', visit, { prepare });
});
