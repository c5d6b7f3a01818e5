/**
 * Asking the server. Every request of the page goes through here, so that all of them can be looked at.
 */

import { begin } from './request-log.js';

/** After this many milliseconds without an answer a server counts as away. */
const PATIENCE = 10_000;

/** Why there is no answer to show. */
export class Failure extends Error {
  /**
   * @param {string} message what to tell people
   * @param {number} status of the answer; 0 if there was none
   * @param {number|null} retryAfter seconds after which the server wants to be asked again
   */
  constructor(message, status, retryAfter = null) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether asking again may help. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * Asks for a path.
 * @param {string} path relative to this page
 * @param {AbortSignal} [signal] ends the request when nobody waits for it any more
 * @returns {Promise<{body: any, headers: Headers}>}
 * @throws {Failure} when there is no such thing, or no answer
 */
export async function get(path, signal = new AbortController().signal) {
  const request = begin('GET', path);
  const limit = AbortSignal.timeout(PATIENCE);
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

/** The JSON of a body; an edge that stands in for the server may answer with something else. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What an answer that is no success says (RFC 9457). */
function refusal(response, problem) {
  const seconds = Number.parseInt(response.headers.get('Retry-After'), 10);
  const message = problem?.detail ?? 'The catalog cannot be read now.';
  return new Failure(message, response.status, Number.isNaN(seconds) ? null : seconds);
}

/**
 * The address of the next page, if the answer names one (RFC 8288).
 * @param {Headers} headers
 */
export function nextPage(headers) {
  const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('Link') ?? '');
  return next && next[1];
}
