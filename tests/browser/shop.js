/**
 * A browser in front of the page, with everything that must never happen noted.
 */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { chromium } from 'playwright-core';

import { photo } from './photos.js';
import { Server } from './server.js';

const WIDE = { width: 1440, height: 1000 };
const NARROW = { width: 390, height: 844 };

/** Pictures that may be copied to `docs/catalog`. */
const FOR_README = new Set(['list-wide-light', 'requests-wide-light', 'product-narrow-dark']);

/** Longest time that anything may take on a busy machine. No claim about speed. */
const PATIENCE = 60_000;

/** Milliseconds between two looks at a condition; nothing depends on their number. */
const PAUSE = 20;

/** What the browser says itself about answers that are no success, and about pictures and servers that are away. */
const EXPECTED = /^Failed to load resource/;

// Who runs the tests holds the other end: when that is gone, so are we, and all that we have started.
process.stdin.on('end', () => process.exit(1)).resume().unref();

/**
 * The server and the browser of a file of tests: started before, ended after them.
 */
export class Shop {
  /** @param {string[]} settings of the server, where they are to differ */
  constructor(settings = []) {
    before(async () => {
      this.server = await Server.start(settings);
      this.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
    });
    after(async () => {
      await this.browser?.close();
      await this.server?.stop();
    });
  }

  /**
   * Opens an address of the page, lets `visit` do something there, and asserts that nothing has gone wrong.
   * @param {string} address
   * @param {(page: import('playwright-core').Page) => Promise<void>} visit
   * @param {{isNarrow?: boolean, scheme?: 'light'|'dark', hasPhotos?: boolean, prepare?: Function}} options
   */
  async visit(address, visit, { isNarrow = false, scheme = 'light', hasPhotos = true, prepare } = {}) {
    const viewport = isNarrow ? NARROW : WIDE;
    const context = await this.browser.newContext({ viewport, hasTouch: isNarrow, colorScheme: scheme, baseURL: this.server.url });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const faults = watch(page, this.server.url);
    try {
      await answerForHostsOfPhotos(page, hasPhotos);
      await prepare?.(page);
      await page.goto(address);
      await visit(page);
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
    }
  }
}

/** Notes errors of the page and requests for anything but pictures from elsewhere. */
function watch(page, origin) {
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.stack));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text())) {
      faults.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin && request.resourceType() !== 'image') {
      faults.push(`asked for ${request.url()}`);
    }
  });
  return faults;
}

/** Answers for the hosts of the photos, and leaves the browser's cache as it is, which `page.route` would switch off. */
async function answerForHostsOfPhotos(page, hasPhotos) {
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', async ({ requestId, request: { url } }) => {
    try {
      await (hasPhotos ? fulfill(session, requestId, await photoFor(page, url)) : session.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionRefused' }));
    } catch (error) {
      // A page that is gone needs no photos any more.
      assert.match(error.message, /closed|navigation|Invalid InterceptionId/);
    }
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: 'https://*' }] });
}

/** What a photo shows is not to be seen from its address: the page says. */
async function photoFor(page, url) {
  return photo(url, await page.evaluate(categoryOf, url));
}

function fulfill(session, requestId, svg) {
  const responseHeaders = [{ name: 'Content-Type', value: 'image/svg+xml' }];
  return session.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body: Buffer.from(svg).toString('base64') });
}

/** Runs in the page. */
function categoryOf(url) {
  const image = [...document.images].find(({ src }) => src === url);
  const words = image?.closest('.card')?.querySelector('.eyebrow') ?? document.querySelector('.path a:last-child');
  return words?.textContent ?? '';
}

/** Calls `look` for each way that a page can look: wide and narrow, light and dark. */
export async function everyLook(page, look) {
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, size] of Object.entries({ wide: WIDE, narrow: NARROW })) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      await look(`${width}-${colorScheme}`);
    }
  }
}

/** Keeps a picture of what is to be seen, once the photos have arrived. */
export async function keep(page, name) {
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight),
  );
  await page.screenshot({ path: path.join(process.env.SCREENSHOTS, `${name}.png`), animations: 'disabled' });
  if (FOR_README.has(name)) {
    await keepSmall(page, name);
  }
}

/** A tenth of the size. */
async function keepSmall(page, name) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await writeFile(path.join(process.env.SCREENSHOTS, `${name}.webp`), data, 'base64');
}

/** Waits until `look` returns what is expected. */
export async function eventually(look, expected) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return assert.deepEqual(await look(), expected);
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
    }
    await setTimeout(PAUSE);
  }
}

/** Waits for a view by its heading, until all of it is there. */
export async function heading(page, name) {
  await page.locator('#main > :not([aria-busy])').getByRole('heading', { level: 1, name, exact: true }).waitFor();
}
