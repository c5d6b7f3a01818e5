/** What the browser has already. */

import { test } from 'node:test';

import { Shop, eventually, heading, keep } from './shop.js';

/** It asks about everything again at once: tests need not wait until it would. */
const shop = new Shop(['--cache-max-age', '0s', '--cache-stale-while-revalidate', '0s']);

test('what the browser has is not sent again, and the panel says so', async () => {
  await shop.visit('/?product=2', async (page) => {
    await heading(page, 'Bright Future Sunglasses');
    await page.reload();
    await heading(page, 'Bright Future Sunglasses');
    await page.getByRole('button', { name: /Requests/ }).click();
    await eventually(() => page.locator('.request-facts dd').first().textContent(), '304, the browser has it');
    await keep(page, 'not-modified-wide-light');
  });
});
