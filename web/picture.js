/**
 * Pictures in boxes of a fixed shape, so that nothing moves when one arrives or fails.
 */

import { element, icon } from './dom.js';

/**
 * Creates a box with a picture, or with a placeholder.
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
  // Set last, after the attributes and listeners that loading depends on.
  image.src = url;
  box.append(image);
  return box;
}

function missing(description) {
  return description ? [element('span', { class: 'visually-hidden' }, `${description}: no picture`)] : [];
}
