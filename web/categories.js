/**
 * The categories beside the list.
 */

import { get } from './api.js';
import { element, spoken } from './dom.js';
import { count } from './format.js';
import { href } from './routes.js';

const nav = document.getElementById('categories');

/** @type {Promise<void>|null} Requested once, unless that fails. */
let loaded = null;

/**
 * Shows the categories and marks the listed one.
 * @param {import('./routes.js').Route} route
 */
export function showCategories(route) {
  nav.hidden = false;
  if (nav.childElementCount === 0) {
    nav.append(skeleton());
  }
  loaded ??= load();
  // The list shows the error already; the next list tries again.
  loaded.then(() => mark(route), () => (loaded = null));
}

/** Hides the categories: the view of a product makes one request. */
export function hideCategories() {
  nav.hidden = true;
}

async function load() {
  const { body } = await get('categories');
  const items = body.map(({ category, products }) => item(category, products));
  nav.replaceChildren(element('ul', {}, item(null, null), ...items));
}

function item(category, products) {
  const link = element(
    'a',
    { href: href({ view: 'list', category }) },
    element('span', {}, category ?? 'All products'),
    // A product may have no category, so that the sum of all categories is not the total.
    products !== null && element('span', { class: 'muted' }, count(products), spoken(products === 1 ? ' product' : ' products')),
  );
  return element('li', { 'data-category': category ?? '' }, link);
}

function mark({ category, query }) {
  for (const { dataset, firstElementChild: link } of nav.querySelectorAll('li[data-category]')) {
    const isCurrent = dataset.category === (category ?? '') && !(query && !category);
    link.ariaCurrent = isCurrent ? 'page' : null;
    if (isCurrent) {
      link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }
}

function skeleton() {
  const bars = Array.from({ length: 8 }, () => element('li', {}, element('span', { class: 'bar' })));
  return element('ul', { 'aria-hidden': 'true' }, ...bars);
}
