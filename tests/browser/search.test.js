/** The search box. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Shop, eventually, heading, keep } from './shop.js';

const shop = new Shop();

/** Records the searches that the server gets. */
function searches(page) {
  const words = [];
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.pathname === '/products' && asked.searchParams.has('q')) {
      words.push(asked.searchParams.get('q'));
    }
  });
  return words;
}

test('the page searches while the user types, once per word', async () => {
  const visit = async (page) => {
    const words = searches(page);
    const box = page.getByRole('searchbox');
    await box.focus();
    // All keys in one task: on a busy machine a pause between two keys would count as a pause of the user.
    await box.evaluate((input) => {
      for (const letter of 'summer') {
        input.value += letter;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    await heading(page, 'Results for “summer”');
    // A busy server may answer 503; then the page tries the same word again.
    assert.deepEqual([...new Set(words)], ['summer']);
    assert.equal(await box.evaluate((input) => input === document.activeElement), true);
    await eventually(() => page.locator('#announcer').textContent(), '1 product');
    assert.equal(new URL(page.url()).search, '?q=summer');
    await page.getByRole('link', { name: 'Summer Shoes' }).click();
    await heading(page, 'Summer Shoes');
    await page.goBack();
    await heading(page, 'Results for “summer”');
    assert.equal(await box.inputValue(), 'summer');
    await page.goBack();
    await heading(page, 'All products');
    assert.equal(await box.inputValue(), '');
  };
  await shop.visit('/', visit);
});

test('a prefix or a typo finds the intended word', async () => {
  const visit = async (page) => {
    const box = page.getByRole('searchbox');
    for (const words of ['summer sh', 'sumer shoes']) {
      await box.fill(words);
      await heading(page, `Results for “${words}”`);
      await page.getByRole('link', { name: 'Summer Shoes' }).waitFor();
    }
    await box.fill('shoes');
    await heading(page, 'Results for “shoes”');
    await keep(page, 'search-wide-light');
  };
  await shop.visit('/', visit);
});

test('search results continue on further pages without repetitions', async () => {
  const visit = async (page) => {
    await heading(page, 'Results for “everyday tee”');
    const names = () => page.locator('.card h2').allTextContents();
    await page.getByRole('button', { name: 'Show more' }).click();
    await eventually(async () => (await names()).length, 47);
    assert.equal(new Set(await names()).size, 47);
    assert.equal(await page.getByRole('button', { name: 'Show more' }).isVisible(), false);
  };
  await shop.visit('/?q=everyday+tee', visit);
});

test('an empty result has advice', async () => {
  const visit = async (page) => {
    await heading(page, 'Nothing found for “xylophone”');
    await keep(page, 'nothing-found-wide-light');
    await page.getByRole('searchbox').fill('');
    await heading(page, 'All products');
  };
  await shop.visit('/?q=xylophone', visit);
});

test('a text without words is not searched for', async () => {
  const visit = async (page) => {
    const words = searches(page);
    const box = page.getByRole('searchbox');
    await box.fill('!?');
    await box.press('Enter');
    await box.fill('tee');
    await heading(page, 'Results for “tee”');
    assert.deepEqual([...new Set(words)], ['tee']);
  };
  await shop.visit('/', visit);
});
