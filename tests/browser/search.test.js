/** The search box. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Shop, eventually, heading, keep } from './shop.js';

const shop = new Shop();

/** Answers searches in the place of the server, and notes the words. */
function searches(words, answer) {
  return (page) =>
    page.route(/\/products\?.*\bq=/, (route) => {
      const asked = new URL(route.request().url()).searchParams.get('q');
      words.push(asked);
      return route.fulfill(answer(asked));
    });
}

const SHOES = [{ id: 9, name: 'Summer Shoes', category: 'Kicks', default_price: '59.00', sale_price: null, thumbnail_url: null }];

const found = (asked) => ({ headers: { 'X-Total-Count': '1' }, json: 'summer shoes'.startsWith(asked) ? SHOES : [] });

test('it searches while somebody types, and once for a word', async () => {
  const words = [];
  const visit = async (page) => {
    const box = page.getByRole('searchbox');
    await box.pressSequentially('summer', { delay: 20 });
    await heading(page, 'Results for “summer”');
    assert.deepEqual(words, ['summer']);
    assert.equal(await box.evaluate((input) => input === document.activeElement), true);
    await eventually(() => page.locator('#announcer').textContent(), '1 product');
    assert.equal(new URL(page.url()).search, '?q=summer');
    await keep(page, 'search-wide-light');
    await page.getByRole('link', { name: 'Summer Shoes' }).click();
    await heading(page, 'Summer Shoes');
    await page.goBack();
    await heading(page, 'Results for “summer”');
    assert.equal(await box.inputValue(), 'summer');
    await page.goBack();
    await heading(page, 'All products');
    assert.equal(await box.inputValue(), '');
  };
  await shop.visit('/', visit, { prepare: searches(words, found) });
});

test('nothing found says what to do', async () => {
  const visit = async (page) => {
    await heading(page, 'Nothing found for “xylophone”');
    await keep(page, 'nothing-found-wide-light');
    await page.getByRole('searchbox').fill('');
    await heading(page, 'All products');
  };
  await shop.visit('/?q=xylophone', visit, { prepare: searches([], found) });
});

test('a server without search has no box for it', async () => {
  const refuse = () => ({ status: 400, contentType: 'application/problem+json', body: '{"status": 400, "detail": "The parameter q is not known."}' });
  const visit = async (page) => {
    await heading(page, 'Kicks');
    assert.equal(await page.getByRole('searchbox').isVisible(), false);
  };
  await shop.visit('/?category=Kicks&q=shoes', visit, { prepare: searches([], refuse) });
});
