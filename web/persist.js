/**
 * Loads with retries: when a server is back, the user need not reload the page.
 */

import { announce } from './announce.js';
import { element } from './dom.js';
import { notice } from './notice.js';

/** Seconds between attempts. */
const DELAYS = [1, 2, 4, 8];

/**
 * Loads until it succeeds, and shows the reason for failures meanwhile.
 * @param {() => Promise<any>} load
 * @param {(node: Node) => void} show
 * @param {AbortSignal} signal ends it
 */
export async function persist(load, show, signal) {
  const notice = new FailureNotice(show);
  for (;;) {
    try {
      return await load();
    } catch (failure) {
      if (signal.aborted || !failure.isPassing) {
        throw failure;
      }
      await notice.wait(failure, signal);
    }
  }
}

/** View of a failure, with the time until the next attempt. */
class FailureNotice {
  #attempts = 0;
  #show;
  #left = element('p', { class: 'countdown' });
  #button = element('button', { class: 'button', type: 'button' }, 'Try again now');

  constructor(show) {
    this.#show = show;
  }

  /** Waits for the next attempt: after a pause, on request, or when the network is back. */
  async wait(failure, signal) {
    if (this.#attempts === 0) {
      this.#show(notice('One moment, please', `${failure.message} This page goes on trying.`, this.#left, this.#button));
      announce(`${failure.message} This page goes on trying.`);
    }
    const seconds = failure.retryAfter ?? DELAYS[Math.min(this.#attempts, DELAYS.length - 1)];
    this.#attempts += 1;
    const hurry = new AbortController();
    const listening = { signal: AbortSignal.any([signal, hurry.signal]) };
    this.#button.addEventListener('click', () => hurry.abort(), listening);
    addEventListener('online', () => hurry.abort(), listening);
    await countDown(seconds, listening.signal, (rest) => this.#tell(rest));
    hurry.abort();
    signal.throwIfAborted();
  }

  #tell(seconds) {
    this.#left.textContent = seconds > 0 ? `Next attempt in ${seconds} s` : 'Trying again …';
  }
}

/** Counts down the seconds, until zero or `signal`. */
function countDown(seconds, signal, tell) {
  const end = performance.now() + seconds * 1000;
  return new Promise((resolve) => {
    const look = () => {
      const left = signal.aborted ? 0 : Math.max(0, Math.ceil((end - performance.now()) / 1000));
      tell(left);
      if (left === 0) {
        clearInterval(timer);
        resolve();
      }
    };
    const timer = setInterval(look, 200);
    signal.addEventListener('abort', look, { once: true });
    look();
  });
}
