/** The list: all products, those of a category, more of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Shop, eventually, everyLook, heading, keep } from './shop.js';

const shop = new Shop();

const names = (page) => page.locator('.card-name').allTextContents();

test('the first view shows products and the number in each category', async () => {
  await shop.visit('/', async (page) => {
    await heading(page, 'All products');
    await eventually(async () => (await names(page)).slice(0, 2), ['Camo Onesie', 'Bright Future Sunglasses']);
    assert.equal(await page.locator('.card').count(), 24);
    assert.equal(await page.locator('.list-head p').textContent(), '60 products');
    const kicks = page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: /^Kicks/ });
    assert.equal(await kicks.locator('.muted').textContent(), '4 products');
  });
});

test('the list fits narrow screens and the dark theme', async () => {
  await shop.visit('/', async (page) => {
    await heading(page, 'All products');
    await everyLook(page, async (look) => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      await keep(page, `list-${look}`);
    });
  });
});

test('more products can be loaded, and reading continues at the first of them', async () => {
  await shop.visit('/', async (page) => {
    await heading(page, 'All products');
    await page.getByRole('button', { name: 'Show more' }).click();
    await eventually(() => page.locator('.card').count(), 48);
    const twentyFifth = page.locator('.card-name a').nth(24);
    await eventually(() => twentyFifth.evaluate((link) => link === document.activeElement), true);
    assert.equal(await page.locator('.more p').textContent(), '48 of 60 products');
    await page.getByRole('button', { name: 'Show more' }).click();
    await eventually(() => page.locator('.card').count(), 60);
    assert.equal(new Set(await names(page)).size, 60);
    assert.equal(await page.getByRole('button', { name: 'Show more' }).isVisible(), false);
  });
});

test('a category has an address of its own', async () => {
  await shop.visit('/', async (page) => {
    await page.getByRole('link', { name: /^Kicks/ }).click();
    await heading(page, 'Kicks');
    assert.equal(new URL(page.url()).search, '?category=Kicks');
    await page.reload();
    await heading(page, 'Kicks');
    await eventually(async () => new Set(await page.locator('.card .eyebrow').allTextContents()), new Set(['Kicks']));
    await page.locator('a[aria-current="page"]', { hasText: 'Kicks' }).waitFor();
    await keep(page, 'category-wide-light');
    await page.goBack();
    await heading(page, 'All products');
  });
});

test('a category with odd characters is found', async () => {
  await shop.visit('/', async (page) => {
    await page.getByRole('link', { name: /^Café & Thé/ }).click();
    await heading(page, 'Café & Thé');
    assert.equal(await page.locator('.card').count(), 1);
  });
});

test('an empty category has a notice', async () => {
  await shop.visit('/?category=Umbrellas', async (page) => {
    await heading(page, 'Umbrellas');
    await page.getByText('There are no products in this category.').waitFor();
    await keep(page, 'empty-wide-light');
    await page.getByRole('link', { name: 'See all products' }).click();
    await heading(page, 'All products');
  });
});

test('gray cards are shown until the products arrive', async () => {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const prepare = (page) =>
    page.route('**/products?*', async (route) => {
      await released;
      await route.continue();
    });
  const visit = async (page) => {
    await page.locator('[aria-busy="true"] .card').first().waitFor();
    await keep(page, 'skeleton-wide-light');
    release();
    await page.locator('.card-name').first().waitFor();
  };
  await shop.visit('/', visit, { prepare });
});
