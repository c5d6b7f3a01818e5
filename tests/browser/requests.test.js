/** Requests of the page, and the panel that shows them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Shop, eventually, everyLook, heading, keep } from './shop.js';

const shop = new Shop();

/** Maximum bytes of the first view without pictures. */
const MOST_BYTES = 100_000;

/** Records the paths of the requests that a page makes. */
function asked(page) {
  const paths = [];
  page.on('request', (request) => request.resourceType() === 'fetch' && paths.push(new URL(request.url()).pathname));
  return paths;
}

test('a view is one request, and the categories one more', async () => {
  await shop.visit('/?category=Kicks', async (page) => {
    const paths = asked(page);
    await page.goto('/');
    await heading(page, 'All products');
    await eventually(() => [...paths].sort(), ['/categories', '/products']);
    paths.length = 0;
    await page.getByRole('link', { name: 'Camo Onesie' }).click();
    await heading(page, 'Camo Onesie');
    assert.deepEqual(paths, ['/products/1/page']);
    await page.goto('/?product=2');
    await heading(page, 'Bright Future Sunglasses');
    assert.deepEqual(paths, ['/products/1/page', '/products/2/page']);
  });
});

/** Returns the resources of a page without pictures. Runs in the page. */
function loaded() {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const sizes = all.filter(({ initiatorType }) => initiatorType !== 'img').map(({ transferSize }) => transferSize);
  return { requests: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

test('the first view is small, has no errors, and its layout is stable', async () => {
  for (const address of ['/', '/?product=1']) {
    const said = [];
    const prepare = (page) => page.on('console', (message) => said.push(message.text()));
    // Each visit begins with an empty cache. Requests to other hosts fail the test.
    const visit = async (page) => {
      await page.locator('.card-name').first().waitFor();
      const { requests, bytes } = await page.evaluate(loaded);
      console.log(`the first view of ${address}: ${bytes} bytes besides pictures in ${requests} requests`);
      assert.ok(bytes > 10_000 && bytes <= MOST_BYTES, `${bytes} bytes`);
      assert.deepEqual(said, []);
      const shift = await page.evaluate(() => {
        const observer = new PerformanceObserver(() => {});
        observer.observe({ type: 'layout-shift', buffered: true });
        return observer.takeRecords().reduce((sum, { value }) => sum + value, 0);
      });
      assert.ok(shift < 0.05, `shifts by ${shift}`);
    };
    await shop.visit(address, visit, { prepare });
  }
});

test('the panel shows the last request', async () => {
  await shop.visit('/?product=1', async (page) => {
    await heading(page, 'Camo Onesie');
    const toggle = page.getByRole('button', { name: /Requests/ });
    await toggle.click();
    assert.equal(await toggle.getAttribute('aria-expanded'), 'true');
    const panel = page.getByRole('complementary', { name: 'Requests' });
    await panel.locator('.request-line', { hasText: 'GET /products/1/page' }).waitFor();
    const fact = (name) => panel.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]');
    assert.equal(await fact('Answer').textContent(), '200');
    assert.match(await fact('Time').textContent(), /^[\d,.]+ ms$/);
    await eventually(async () => /^[\d.]+ k?B \(br, [\d.]+ kB decoded\) on the wire$/.test(await fact('Body').textContent()), true);
    assert.match(await fact('ETag').textContent(), /^"[0-9a-f]+-br"$/);
    assert.match(await fact('Cache-Status').textContent(), /^atelierex; /);
    await everyLook(page, (look) => keep(page, `requests-${look}`));
    const styles = panel.locator('summary', { hasText: 'results' });
    const first = panel.locator('summary', { hasText: '0: {7}' });
    await styles.click();
    await first.waitFor();
    await styles.click();
    await first.waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    assert.equal(await toggle.evaluate((button) => button === document.activeElement), true);
  });
});
