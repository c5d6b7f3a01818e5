/**
 * The categories beside the list.
 */

import { get } from './api.js';
import { element, spoken } from './dom.js';
import { count } from './format.js';
import { href } from './routes.js';

const nav = document.getElementById('categories');

/** @type {Promise<void>|null} Asked for once, unless that fails. */
let loaded = null;

/**
 * Shows the categories, and which of them is listed.
 * @param {import('./routes.js').Route} route
 */
export function showCategories(route) {
  nav.hidden = false;
  if (nav.childElementCount === 0) {
    nav.append(skeleton());
  }
  loaded ??= load();
  // The list says already that there is no answer; the next one asks again.
  loaded.then(() => mark(route), () => (loaded = null));
}

/** Hides them: a product is shown by one request. */
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
    // A product need not have a category: only the list itself knows how many there are of all.
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
