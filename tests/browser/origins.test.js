/** Frontends on other origins: here pages on other ports, which send an `Authorization` header. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';

import { Shop, eventually } from './shop.js';

/** Response headers that a frontend must be able to read. */
const READABLE = ['ETag', 'Link', 'X-Total-Count', 'Cache-Status'];

/** Starts a server of an empty page. */
async function frontend() {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Shop</title>'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

const known = await frontend();
const stranger = await frontend();
/** Every request must be sent, and not answered by the browser's cache. */
const shop = new Shop(['--cors-origins', known, '--cache-max-age', '0s', '--cache-stale-while-revalidate', '0s']);

/** Opens a page of an origin, and records the requests to the catalog. */
async function open(origin) {
  const context = await shop.browser.newContext();
  const page = await context.newPage();
  const sent = [];
  const session = await context.newCDPSession(page);
  session.on('Network.requestWillBeSent', ({ request: { method, url } }) => url.startsWith(shop.server.url) && sent.push(method));
  await session.send('Network.enable');
  await page.goto(origin);
  return { page, sent, close: () => context.close() };
}

/** Sends a request as a frontend does. Runs in its page. */
async function ask([url, names]) {
  const answer = await fetch(url, { headers: { Authorization: 'Bearer of-the-shop' } });
  const headers = names.map((name) => answer.headers.get(name));
  return { status: answer.status, body: await answer.json(), headers };
}

test('a page of an allowed origin may send its header and read the response headers', async () => {
  const { page, sent, close } = await open(known);
  const path = '/products?after=0&count=2';
  const { status, body, headers } = await page.evaluate(ask, [shop.server.url + path, READABLE]);
  assert.equal(status, 200);
  assert.deepEqual(body.map(({ id }) => id), [1, 2]);
  const [etag, link, total, cache] = headers;
  assert.match(etag, /^"[0-9a-f]+/);
  assert.equal(link, '</products?after=2&count=2>; rel="next"');
  assert.equal(total, '60');
  assert.match(cache, /^atelierex; /);
  // The second time the browser has the preflight in its cache.
  await page.evaluate(ask, [shop.server.url + path, READABLE]);
  await eventually(() => [...sent].sort(), ['GET', 'GET', 'OPTIONS']);
  await close();
});

test('a problem is readable, too', async () => {
  const { page, close } = await open(known);
  const { status, body } = await page.evaluate(ask, [`${shop.server.url}/products/99999/page`, []]);
  assert.deepEqual([status, body.status, body.detail], [404, 404, 'There is no product with this id.']);
  await close();
});

test('a page of another origin may read nothing', async () => {
  const { page, close } = await open(stranger);
  await assert.rejects(page.evaluate(ask, [`${shop.server.url}/products`, []]), /Failed to fetch/);
  await close();
});
