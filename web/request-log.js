/**
 * Log of the requests that this page has made.
 */

import { measurement } from './measure.js';

/** Maximum number of logged requests. */
const KEPT = 20;

/** Response headers to show. */
const SHOWN_HEADERS = ['Content-Encoding', 'ETag', 'Cache-Status', 'Cache-Control', 'X-Total-Count', 'Link', 'Retry-After'];

const changes = new EventTarget();

/**
 * @typedef {Object} Request
 * @property {string} method
 * @property {string} path as requested
 * @property {'waiting'|'answered'|'failed'|'left'} state `left` after it was canceled
 * @property {number} [status]
 * @property {number} [milliseconds] from the request to the last byte
 * @property {number} [bytes] of the encoded body
 * @property {number} [length] of the decoded body
 * @property {'network'|'revalidated'|'cache'} [source] of the body
 * @property {Object<string, string>} [headers]
 * @property {any} [body]
 */

/** @type {Request[]} The newest first. */
export const requests = [];

/** Calls `listener` whenever a request begins or changes. */
export function onRequest(listener) {
  changes.addEventListener('change', listener);
}

/**
 * Records the begin of a request.
 * @param {string} method
 * @param {string} path
 */
export function begin(method, path) {
  const began = performance.now();
  const measured = measurement(path);
  const request = { method, path, state: 'waiting' };
  requests.unshift(request);
  requests.length = Math.min(requests.length, KEPT);
  const note = (known) => {
    Object.assign(request, known);
    changes.dispatchEvent(new Event('change'));
  };
  const elapsed = () => performance.now() - began;
  note({});
  return {
    /** Records the response. The browser's measurement follows. */
    async answered({ status, headers }, body) {
      note({ state: 'answered', status, milliseconds: elapsed(), headers: shown(headers), body });
      note(await measured());
    },
    /** Records a failure. */
    async failed(isLeft) {
      note({ state: isLeft ? 'left' : 'failed', milliseconds: elapsed() });
      await measured();
    },
  };
}

function shown(headers) {
  const values = SHOWN_HEADERS.map((name) => [name, headers.get(name)]);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}
