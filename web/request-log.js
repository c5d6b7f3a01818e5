/**
 * The requests that this page has made, for those who want to see them.
 */

import { measurement } from './measure.js';

/** How many are kept. */
const KEPT = 20;

/** Headers of answers that are worth a look. */
const SHOWN_HEADERS = ['Content-Encoding', 'ETag', 'Cache-Status', 'Cache-Control', 'X-Total-Count', 'Link', 'Retry-After'];

const changes = new EventTarget();

/**
 * @typedef {Object} Request
 * @property {string} method
 * @property {string} path as it was asked for
 * @property {'waiting'|'answered'|'failed'|'left'} state `left` if nobody waits for the answer any more
 * @property {number} [status]
 * @property {number} [milliseconds] from asking to the last byte
 * @property {number} [bytes] of the body as it was sent
 * @property {number} [length] of the body when decoded
 * @property {'network'|'revalidated'|'cache'} [source] where the body came from
 * @property {Object<string, string>} [headers]
 * @property {any} [body]
 */

/** @type {Request[]} The newest first. */
export const requests = [];

/** Calls `listener` whenever a request begins or more is known of one. */
export function onRequest(listener) {
  changes.addEventListener('change', listener);
}

/**
 * Notes that a request begins.
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
    /** The answer is here; what the browser measured follows. */
    async answered({ status, headers }, body) {
      note({ state: 'answered', status, milliseconds: elapsed(), headers: shown(headers), body });
      note(await measured());
    },
    /** There is no answer. */
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
