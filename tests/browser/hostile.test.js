/** Texts of the catalog that contain code. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Shop, heading } from './shop.js';

const shop = new Shop();

const WORDS = '"><img src=x onerror="window.harm = 1"><script>window.harm = 1</script>';

const card = { id: 9, name: WORDS, category: WORDS, default_price: '1.00', sale_price: null, thumbnail_url: WORDS };
const product = {
  ...{ id: 9, name: WORDS, slogan: WORDS, description: WORDS, category: WORDS, default_price: '1.00' },
  features: [{ feature: WORDS, value: WORDS }],
};
const style = {
  ...{ style_id: 1, name: WORDS, original_price: '1.00', sale_price: null, 'default?': true },
  photos: [{ thumbnail_url: WORDS, url: WORDS }],
  skus: { 1: { quantity: 1, size: WORDS } },
};

/** Answers in place of the server. */
async function prepare(page) {
  const answers = [
    [/\/categories$/, [{ category: WORDS, products: 1 }]],
    [/\/products\?/, [card, card]],
    [/\/products\/9\/page$/, { product, styles: { product_id: '9', results: [style] }, related: [card] }],
  ];
  for (const [address, json] of answers) {
    await page.route(address, (route) => route.fulfill({ headers: { 'X-Total-Count': '2' }, json }));
  }
}

test('they are shown as text, and nothing is executed', async () => {
  for (const [address, name] of [['/', 'All products'], ['/?product=9', WORDS], [`/?q=${encodeURIComponent(WORDS)}`, `Results for “${WORDS}”`]]) {
    const visit = async (page) => {
      await heading(page, name);
      await page.getByText(WORDS).first().waitFor();
      await page.getByRole('button', { name: /Requests/ }).click();
      await page.locator('.request-line').first().waitFor();
      assert.equal(await page.evaluate(() => window.harm), undefined);
      assert.equal(await page.locator('[onerror], body script').count(), 0);
    };
    await shop.visit(address, visit, { prepare });
  }
});
