/**
 * Products as cards, in lists and as related products.
 */

import { element, icon, spoken } from './dom.js';
import { price } from './format.js';
import { picture } from './picture.js';
import { href } from './routes.js';

/**
 * @typedef {Object} Card
 * @property {number} id
 * @property {string} name
 * @property {string|null} category
 * @property {string} default_price
 * @property {string|null} sale_price
 * @property {string|null} thumbnail_url
 */

/** Creates a grid of cards. `heading` is the level of their names: h2 or h3. */
export function cardGrid(cards, heading) {
  const grid = element('ul', { class: 'cards' });
  addCards(grid, cards, heading);
  return grid;
}

/**
 * Adds cards to a grid and returns the link of the first.
 * @param {HTMLElement} grid
 * @param {Card[]} cards
 * @param {'h2'|'h3'} heading
 */
export function addCards(grid, cards, heading) {
  const items = cards.map((card) => cardItem(card, heading));
  grid.append(...items);
  return items[0]?.querySelector('a');
}

function cardItem(card, heading) {
  return element(
    'li',
    { class: 'card' },
    picture(card.thumbnail_url, ''),
    element('p', { class: 'eyebrow' }, card.category ?? ''),
    element(heading, { class: 'card-name' }, element('a', { href: href({ view: 'product', id: card.id }) }, card.name)),
    priceLine(card.default_price, card.sale_price),
  );
}

/**
 * Creates a price; with a sale, the sale price and the original one struck through.
 * @param {string} original
 * @param {string|null} [sale]
 */
export function priceLine(original, sale) {
  if (!sale) {
    return element('p', { class: 'price' }, price(original));
  }
  return element(
    'p',
    { class: 'price' },
    spoken('Sale price '),
    element('span', { class: 'sale' }, price(sale)),
    ' ',
    spoken('instead of '),
    element('s', {}, price(original)),
  );
}

/** Creates a grid of gray cards, shown until the real ones arrive. */
export function cardSkeletons(number) {
  const skeleton = () =>
    element(
      'li',
      { class: 'card' },
      element('span', { class: 'picture' }, icon('hanger')),
      element('span', { class: 'bar bar-short' }),
      element('span', { class: 'bar' }),
      element('span', { class: 'bar bar-short' }),
    );
  return element('ul', { class: 'cards' }, ...Array.from({ length: number }, skeleton));
}
