/**
 * The photos of a style: one large, and thumbnails. Arrow keys, buttons and swipes change the photo.
 */

import { announce } from './announce.js';
import { element, icon, spoken } from './dom.js';
import { picture } from './picture.js';

/** Minimum distance of a swipe, in pixels. */
const SWIPE = 40;

/** The photos of one style. */
export class Gallery {
  #photos;
  #title;
  #at = 0;
  #large = element('div', { class: 'gallery-large' });
  #counter = element('p', { class: 'gallery-counter', 'aria-hidden': 'true' });
  #thumbnails;

  /**
   * @param {{url: string|null, thumbnail_url: string|null}[]} photos
   * @param {string} title what the photos show
   */
  constructor(photos, title) {
    const known = photos.filter(({ url, thumbnail_url: thumbnail }) => url ?? thumbnail);
    this.#photos = known.length > 0 ? known : [{ url: null, thumbnail_url: null }];
    this.#title = title;
    this.#thumbnails = this.#photos.map((photo, n) => this.#thumbnail(photo, n));
    this.node = element('section', { class: 'gallery', 'aria-label': 'Photos' }, ...this.#parts());
    this.node.addEventListener('keydown', (event) => this.#key(event));
    this.#show(0);
  }

  #parts() {
    const stage = element('div', { class: 'gallery-stage' }, this.#large);
    if (this.#photos.length === 1) {
      return [stage];
    }
    stage.append(this.#arrow('back', 'Previous photo', -1), this.#arrow('forward', 'Next photo', 1), this.#counter);
    this.#swipe(stage);
    return [element('div', { class: 'gallery-thumbnails' }, ...this.#thumbnails), stage];
  }

  #thumbnail({ url, thumbnail_url: thumbnail }, n) {
    const onclick = () => this.#move(n);
    return element('button', { type: 'button', class: 'thumbnail', onclick }, picture(thumbnail ?? url, ''), spoken(`Photo ${n + 1}`));
  }

  #arrow(drawing, text, step) {
    const onclick = () => this.#move(this.#at + step);
    return element('button', { type: 'button', class: `gallery-arrow gallery-${drawing}`, onclick }, icon(drawing), spoken(text));
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    this.#move(this.#at + step);
    if (document.activeElement.matches('.thumbnail')) {
      this.#thumbnails[this.#at].focus({ preventScroll: true });
    }
  }

  #swipe(stage) {
    let from = 0;
    stage.addEventListener('touchstart', ({ touches }) => (from = touches[0].clientX), { passive: true });
    stage.addEventListener('touchend', ({ changedTouches }) => {
      const distance = changedTouches[0].clientX - from;
      if (Math.abs(distance) > SWIPE) {
        this.#move(this.#at - Math.sign(distance));
      }
    });
  }

  /** Shows a photo; the first follows the last. */
  #move(to) {
    const n = this.#photos.length;
    this.#show((to + n) % n);
    announce(`Photo ${this.#at + 1} of ${n}`);
    const { offsetLeft, offsetTop, parentElement: strip } = this.#thumbnails[this.#at];
    // Scrolls only the strip, not the page.
    strip?.scrollTo({ left: offsetLeft - strip.clientWidth / 2, top: offsetTop - strip.clientHeight / 2 });
  }

  #show(n) {
    this.#at = n;
    const { url, thumbnail_url: thumbnail } = this.#photos[n];
    const description = this.#photos.length === 1 ? this.#title : `${this.#title}, photo ${n + 1} of ${this.#photos.length}`;
    this.#large.replaceChildren(picture(url ?? thumbnail, description, { eager: true }));
    this.#counter.textContent = `${n + 1} / ${this.#photos.length}`;
    this.#thumbnails.forEach((thumbnail, at) => (thumbnail.ariaCurrent = at === n ? 'true' : null));
  }
}
