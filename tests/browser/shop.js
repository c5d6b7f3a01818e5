/**
 * A browser with the page, which records errors.
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

/** Names of the screenshots in `docs/catalog`. */
const FOR_README = new Set(['list-wide-light', 'requests-wide-light', 'product-narrow-dark']);

/** Time-out of all waits, for busy machines. No claim about speed. */
const TIMEOUT = 60_000;

/** Milliseconds between two checks of a condition; nothing depends on them. */
const PAUSE = 20;

/** Messages of the browser itself about error responses, missing pictures and servers that are away. */
const EXPECTED = /^Failed to load resource/;

// The parent process holds the other end. When it ends, this process and its children end, too.
process.stdin.on('end', () => process.exit(1)).resume().unref();

/**
 * Server and browser of a test file: started before the tests, stopped after them.
 */
export class Shop {
  /** @param {string[]} settings of the server that differ from the default */
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
   * Opens an address of the page, calls `visit`, and asserts that there were no errors.
   * @param {string} address
   * @param {(page: import('playwright-core').Page) => Promise<void>} visit
   * @param {{isNarrow?: boolean, scheme?: 'light'|'dark', hasPhotos?: boolean, prepare?: Function}} options
   */
  async visit(address, visit, { isNarrow = false, scheme = 'light', hasPhotos = true, prepare } = {}) {
    const viewport = isNarrow ? NARROW : WIDE;
    const context = await this.browser.newContext({ viewport, hasTouch: isNarrow, colorScheme: scheme, baseURL: this.server.url });
    context.setDefaultTimeout(TIMEOUT);
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

/** Records errors of the page, and requests to other hosts except for pictures. */
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

/** Answers for the hosts of the photos. Unlike `page.route`, this does not disable the browser's cache. */
async function answerForHostsOfPhotos(page, hasPhotos) {
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', async ({ requestId, request: { url } }) => {
    try {
      await (hasPhotos ? fulfill(session, requestId, await photoFor(page, url)) : session.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionRefused' }));
    } catch (error) {
      // A closed page needs no photos.
      assert.match(error.message, /closed|navigation|Invalid InterceptionId/);
    }
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: 'https://*' }] });
}

/** Finds the category of a photo in the page, since its URL does not tell. */
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

/** Calls `look` for each layout: wide and narrow, light and dark. */
export async function everyLook(page, look) {
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, size] of Object.entries({ wide: WIDE, narrow: NARROW })) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      await look(`${width}-${colorScheme}`);
    }
  }
}

/** Takes a screenshot after the photos have arrived. */
export async function keep(page, name) {
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight),
  );
  await page.screenshot({ path: path.join(process.env.SCREENSHOTS, `${name}.png`), animations: 'disabled' });
  if (FOR_README.has(name)) {
    await keepSmall(page, name);
  }
}

/** WebP has a tenth of the size. */
async function keepSmall(page, name) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await writeFile(path.join(process.env.SCREENSHOTS, `${name}.webp`), data, 'base64');
}

/** Waits until `look` returns what is expected. */
export async function eventually(look, expected) {
  const end = Date.now() + TIMEOUT;
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

/** Waits until the view with this heading is complete. */
export async function heading(page, name) {
  await page.locator('#main > :not([aria-busy])').getByRole('heading', { level: 1, name, exact: true }).waitFor();
}
