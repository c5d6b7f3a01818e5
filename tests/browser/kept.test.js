/** The browser's cache. */

import { test } from 'node:test';

import { Shop, eventually, heading, keep } from './shop.js';

/** Responses must be revalidated at once, so that the test need not wait. */
const shop = new Shop(['--cache-max-age', '0s', '--cache-stale-while-revalidate', '0s']);

test('cached responses are revalidated, and the panel shows that', async () => {
  await shop.visit('/?product=2', async (page) => {
    await heading(page, 'Bright Future Sunglasses');
    await page.reload();
    await heading(page, 'Bright Future Sunglasses');
    await page.getByRole('button', { name: /Requests/ }).click();
    await eventually(() => page.locator('.request-facts dd').first().textContent(), '304, the browser has it');
    await keep(page, 'not-modified-wide-light');
  });
});
