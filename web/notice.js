/**
 * View with the reason why there is nothing to show, and with links.
 */

import { element } from './dom.js';

/**
 * @param {string} title
 * @param {string} text
 * @param {...Node} ways to go on
 */
export function notice(title, text, ...ways) {
  return element('section', { class: 'notice' }, element('h1', {}, title), element('p', {}, text), ...ways);
}

/** Creates a link to all products. */
export function wayHome() {
  return element('a', { class: 'button', href: '?' }, 'See all products');
}
