/** Accessibility: no rule is broken, and the keyboard is sufficient. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { Shop, eventually, everyLook, heading, keep } from './shop.js';

const shop = new Shop();

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Returns the rules that the page breaks, each with the first such element. Runs in the page. */
async function violations(values) {
  const { violations: found } = await window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
  return found.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

const VIEWS = {
  '/': 'All products',
  '/?category=Kicks': 'Kicks',
  '/?category=Umbrellas': 'Umbrellas',
  '/?product=1&style=3': 'Camo Onesie',
  '/?product=102': 'Bare',
  '/?product=99999': 'No such product',
};

/** Asserts that no rule is broken, in light and dark, on wide and narrow screens. */
async function check(page, what) {
  await everyLook(page, async (look) => assert.deepEqual(await page.evaluate(violations, RULES), [], `${what}, ${look}`));
}

for (const [address, name] of Object.entries(VIEWS)) {
  test(`no rule is broken by ${address}`, async () => {
    await shop.visit(address, async (page) => {
      await heading(page, name);
      await page.evaluate(AXE);
      await check(page, name);
      await page.getByRole('button', { name: /Requests/ }).click();
      await check(page, `${name} with requests`);
    });
  });
}

test('the keyboard is sufficient', async () => {
  await shop.visit('/', async (page) => {
    await heading(page, 'All products');
    const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    const focus = () => page.evaluate(() => document.activeElement.textContent.trim());
    await press('Tab');
    assert.equal(await focus(), 'Skip to the content');
    await keep(page, 'skip-link-wide-light');
    await press('Enter', 'Tab');
    assert.equal(await focus(), 'Camo Onesie');
    await keep(page, 'focus-wide-light');
    await press('Enter');
    await heading(page, 'Camo Onesie');
    // From the heading on: the selected style, the next style, the first size.
    await press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.name), 'style');
    await press('ArrowRight');
    await eventually(() => page.locator('.style-name').textContent(), 'Desert Brown & Tan');
    await press('Tab', 'Space');
    await eventually(() => page.getByRole('radio', { name: 'S', exact: true }).isChecked(), true);
    await press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'quantity');
    await page.goBack();
    await heading(page, 'All products');
    await eventually(focus, 'Camo Onesie');
  });
});

test('light and dark can be selected, and the choice is kept', async () => {
  await shop.visit('/', async (page) => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const button = page.getByRole('button', { name: 'Dark colours' });
    const light = await background();
    await button.click();
    assert.notEqual(await background(), light);
    assert.equal(await button.getAttribute('aria-pressed'), 'true');
    const dark = await background();
    await page.reload();
    assert.equal(await background(), dark);
    await button.click();
    assert.equal(await background(), light);
  });
});
