/** One product: its photos, styles, sizes and links. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Shop, eventually, everyLook, heading, keep } from './shop.js';

const shop = new Shop();

const choose = (page, group, option) => page.getByRole('group', { name: group }).getByRole('radio', { name: option, exact: true });
const mainPhoto = (page) => page.locator('.gallery-large img');

test('a product opens from its card, and its heading has the focus', async () => {
  await shop.visit('/', async (page) => {
    await page.getByRole('link', { name: 'Camo Onesie' }).click();
    await heading(page, 'Camo Onesie');
    assert.equal(new URL(page.url()).search, '?product=1');
    assert.equal(await page.title(), 'Camo Onesie – Atelierex');
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
    assert.equal(await page.locator('.product-price').textContent(), '$140.00');
    assert.deepEqual(await page.locator('.features li').allTextContents(), ['Fabric: Canvas', 'Buttons: Brass']);
    await page.reload();
    await heading(page, 'Camo Onesie');
  });
});

test('a product fits narrow screens and the dark theme', async () => {
  await shop.visit('/?product=1', async (page) => {
    await heading(page, 'Camo Onesie');
    await everyLook(page, async (look) => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      await keep(page, `product-${look}`);
    });
  });
});

test('another style has other photos, another price and an address', async () => {
  await shop.visit('/?product=1', async (page) => {
    await heading(page, 'Camo Onesie');
    const before = await mainPhoto(page).getAttribute('src');
    await choose(page, /Style/, 'Ocean Blue & Grey').check();
    await eventually(async () => (await mainPhoto(page).getAttribute('src')) !== before, true);
    assert.equal(await page.locator('.product-price .sale').textContent(), '$100.00');
    assert.equal(await page.locator('.product-price s').textContent(), '$140.00');
    assert.equal(new URL(page.url()).search, '?product=1&style=3');
    await keep(page, 'sale-wide-light');
    await page.reload();
    await page.locator('.product-price .sale').waitFor();
    assert.equal(await choose(page, /Style/, 'Ocean Blue & Grey').isChecked(), true);
  });
});

test('a size shows its stock, and a quantity its total', async () => {
  await shop.visit('/?product=1', async (page) => {
    const quantity = page.getByLabel('Quantity');
    await heading(page, 'Camo Onesie');
    assert.equal(await quantity.isDisabled(), true);
    await choose(page, 'Size', 'XS').check();
    await page.getByText('Only 8 left').waitFor();
    assert.equal(await quantity.locator('option').count(), 8);
    await quantity.selectOption('3');
    await page.getByText('3 × $140.00 = $420.00').waitFor();
    await choose(page, 'Size', 'S').check();
    await page.getByText('In stock').waitFor();
    assert.equal(await quantity.inputValue(), '3');
    await keep(page, 'size-wide-light');
    await choose(page, /Style/, 'Ocean Blue & Grey').check();
    assert.equal(await choose(page, 'Size', 'S').isChecked(), true);
  });
});

test('a sold-out size is disabled, and two skus of a size are combined', async () => {
  await shop.visit('/?product=101', async (page) => {
    await heading(page, 'Odds and Ends');
    assert.equal(await page.getByRole('radio', { name: /^S.*sold out$/ }).isDisabled(), true);
    await choose(page, 'Size', 'M').check();
    await page.getByText('Only 5 left').waitFor();
    await keep(page, 'few-left-wide-light');
  });
});

test('styles without photos show their names', async () => {
  await shop.visit('/?product=2', async (page) => {
    await heading(page, 'Bright Future Sunglasses');
    await page.getByText('Sold out').waitFor();
    await choose(page, 'Style', 'Gold Lenses & Black Frame').check();
    assert.equal(new URL(page.url()).search, '?product=2&style=9');
    await keep(page, 'no-photos-wide-light');
  });
});

test('a product without styles, photos, features or texts is shown', async () => {
  await shop.visit('/?product=102', async (page) => {
    await heading(page, 'Bare');
    assert.equal(await page.locator('.product-price').textContent(), '$9,007,199,254,740,993.10');
    assert.equal(await page.locator('.gallery .picture .icon').isVisible(), true);
    assert.equal(await page.locator('.choice, .stock, .features, .related').count(), 0);
    await keep(page, 'bare-wide-light');
  });
});

test('a related card opens its product, and "back" returns to the previous position', async () => {
  await shop.visit('/', async (page) => {
    await page.getByRole('button', { name: 'Show more' }).click();
    await eventually(() => page.locator('.card').count(), 48);
    const card = page.getByRole('link', { name: 'Summer Shoes' });
    await card.scrollIntoViewIfNeeded();
    const place = await page.evaluate(() => scrollY);
    assert.ok(place > 100, `${place}`);
    await card.click();
    await heading(page, 'Summer Shoes');
    const related = page.locator('.related').getByRole('link', { name: 'Camo Onesie' });
    await related.scrollIntoViewIfNeeded();
    await keep(page, 'related-wide-light');
    await related.click();
    await heading(page, 'Camo Onesie');
    assert.equal(await page.evaluate(() => scrollY), 0);
    await page.goBack();
    await heading(page, 'Summer Shoes');
    await page.goBack();
    await heading(page, 'All products');
    assert.equal(await page.locator('.card').count(), 48);
    await eventually(() => page.evaluate(() => scrollY), place);
    await keep(page, 'back-wide-light');
    assert.equal(await card.evaluate((link) => link === document.activeElement), true);
  });
});

test('arrow keys lead through the photos and around', async () => {
  await shop.visit('/?product=1', async (page) => {
    const current = () => page.locator('.thumbnail[aria-current]').textContent();
    await page.getByRole('button', { name: 'Photo 1', exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await current(), 'Photo 2');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await current(), 'Photo 6');
    await eventually(() => page.locator('#announcer').textContent(), 'Photo 6 of 6');
    await page.getByRole('button', { name: 'Next photo' }).click();
    assert.equal(await current(), 'Photo 1');
  });
});

test('failed photos leave a placeholder of the same size', async () => {
  const size = async (page) => {
    await heading(page, 'Camo Onesie');
    return page.locator('.gallery-large .picture').boundingBox();
  };
  let whole;
  await shop.visit('/?product=1', async (page) => (whole = await size(page)));
  const visit = async (page) => {
    assert.deepEqual(await size(page), whole);
    await page.locator('.gallery-large .icon').waitFor();
    await eventually(() => page.locator('.gallery img, .choice img').count(), 0);
    await keep(page, 'missing-wide-light');
  };
  await shop.visit('/?product=1', visit, { hasPhotos: false });
});

test('a missing product has a notice', async () => {
  for (const id of ['99999', '-1', 'x/../y']) {
    await shop.visit(`/?product=${encodeURIComponent(id)}`, async (page) => {
      await heading(page, 'No such product');
      await page.getByRole('link', { name: 'See all products' }).waitFor();
      await keep(page, 'no-such-product-wide-light');
    });
  }
});
