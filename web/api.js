/**
 * Requests to the server. Every request of the page is made here, so that the panel can show all of them.
 */

import { begin } from './request-log.js';

/** Milliseconds without a response after which the server counts as away. */
const TIMEOUT = 10_000;

/** Reason why there is no response to show. */
export class Failure extends Error {
  /**
   * @param {string} message text for users
   * @param {number} status of the response; 0 if there was none
   * @param {number|null} retryAfter seconds after which the server may be asked again
   */
  constructor(message, status, retryAfter = null) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** True if another attempt may succeed. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * Requests a path.
 * @param {string} path relative to this page
 * @param {AbortSignal} [signal] cancels the request
 * @returns {Promise<{body: any, headers: Headers}>}
 * @throws {Failure} for an error status, or without a response
 */
export async function get(path, signal = new AbortController().signal) {
  const request = begin('GET', path);
  const limit = AbortSignal.timeout(TIMEOUT);
  try {
    const response = await fetch(path, { headers: { Accept: 'application/json' }, signal: AbortSignal.any([signal, limit]) });
    const body = parse(await response.text());
    request.answered(response, body);
    if (!response.ok) {
      throw refusal(response, body);
    }
    return { body, headers: response.headers };
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    request.failed(signal.aborted);
    signal.throwIfAborted();
    throw new Failure('The catalog cannot be reached.', 0);
  }
}

/** Parses the JSON of a body. A proxy may answer with something else. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Returns the text of an error response (RFC 9457). */
function refusal(response, problem) {
  const seconds = Number.parseInt(response.headers.get('Retry-After'), 10);
  const message = problem?.detail ?? 'The catalog cannot be read now.';
  return new Failure(message, response.status, Number.isNaN(seconds) ? null : seconds);
}

/**
 * Returns the address of the next page from the `Link` header (RFC 8288).
 * @param {Headers} headers
 */
export function nextPage(headers) {
  const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('Link') ?? '');
  return next && next[1];
}
