/**
 * Loading until it works: a server that goes away comes back, and nobody should have to reload the page then.
 */

import { announce } from './announce.js';
import { element } from './dom.js';
import { notice } from './notice.js';

/** Seconds between attempts: soon at first, then now and then. */
const DELAYS = [1, 2, 4, 8];

/**
 * Loads until it works, and meanwhile shows why it does not.
 * @param {() => Promise<any>} load
 * @param {(node: Node) => void} show
 * @param {AbortSignal} signal ends it
 */
export async function persist(load, show, signal) {
  const obstacle = new Obstacle(show);
  for (;;) {
    try {
      return await load();
    } catch (failure) {
      if (signal.aborted || !failure.isPassing) {
        throw failure;
      }
      await obstacle.wait(failure, signal);
    }
  }
}

/** What stands in the way, with the time until the next attempt. */
class Obstacle {
  #attempts = 0;
  #show;
  #left = element('p', { class: 'countdown' });
  #button = element('button', { class: 'button', type: 'button' }, 'Try again now');

  constructor(show) {
    this.#show = show;
  }

  /** Waits until the next attempt is due: after a while, when asked for, or when there is a network again. */
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

/** Tells how many seconds are left until none is, or until `signal`. */
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
