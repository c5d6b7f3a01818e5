/**
 * Pictures in boxes of a fixed shape: nothing moves when one arrives, and one that never does leaves no hole.
 */

import { element, icon } from './dom.js';

/**
 * A box with a picture, or with a quiet mark where there is none.
 * @param {string|null|undefined} url
 * @param {string} description empty if the text beside it says what it shows
 * @param {{eager?: boolean}} options whether to load it before it is scrolled to
 */
export function picture(url, description, { eager = false } = {}) {
  const box = element('span', { class: 'picture' });
  const showMark = () => box.replaceChildren(icon('hanger'), ...missing(description));
  if (!url) {
    showMark();
    return box;
  }
  const image = element('img', {
    alt: description,
    loading: eager ? 'eager' : 'lazy',
    decoding: 'async',
    referrerpolicy: 'no-referrer',
    onload: () => image.classList.add('is-loaded'),
    onerror: showMark,
  });
  // Last, so that it is lazy and watched when it begins to load.
  image.src = url;
  box.append(image);
  return box;
}

function missing(description) {
  return description ? [element('span', { class: 'visually-hidden' }, `${description}: no picture`)] : [];
}
