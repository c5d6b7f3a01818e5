/**
 * List of products: all, those of a category, or search results.
 */

import { announce } from './announce.js';
import { get, nextPage } from './api.js';
import { addCards, cardGrid, cardSkeletons } from './card.js';
import { element } from './dom.js';
import { count } from './format.js';
import { notice, wayHome } from './notice.js';
import { parameters } from './routes.js';

/** Number of products per request. */
const PAGE = 24;

/** Returns the title of the list. */
function titleOf({ category, query }) {
  if (query) {
    return `Results for “${query}”`;
  }
  return category ?? 'All products';
}

/** Creates the view that is shown until its products arrive. */
export function listSkeleton(route) {
  return element('section', { class: 'list', 'aria-busy': 'true' }, heading(titleOf(route), '\u00a0'), cardSkeletons(12));
}

/**
 * Loads the first products.
 * @param {import('./routes.js').Route} route
 * @param {AbortSignal} signal
 * @returns {Promise<{title: string, node: Node, said: string}>}
 */
export async function loadList(route, signal) {
  const { category, query } = route;
  // Pages by id: pages by number would repeat a product when another one is inserted before it.
  const after = query ? null : 0;
  const path = `products?${parameters({ q: query, category, after, count: PAGE, view: 'cards' })}`;
  const { body, headers } = await get(path, signal);
  const title = titleOf(route);
  if (body.length === 0) {
    return { title, node: nothing(route), said: 'Nothing found.' };
  }
  const total = Number(headers.get('X-Total-Count') ?? body.length);
  const said = products(total);
  const node = element('section', { class: 'list' }, heading(title, said));
  const grid = cardGrid(body, 'h2');
  node.append(grid);
  const next = nextPage(headers);
  if (next) {
    node.append(new More(grid, total, next).node);
  }
  return { title, node, said };
}

function products(total) {
  return total === 1 ? '1 product' : `${count(total)} products`;
}

function heading(title, text) {
  return element('header', { class: 'list-head' }, element('h1', {}, title), element('p', { class: 'muted' }, text));
}

function nothing({ category, query }) {
  if (query) {
    const where = category ? ` in ${category}` : '';
    return notice(`Nothing found for “${query}”`, `There is no such product${where}. Fewer or other words may help.`, wayHome());
  }
  return notice(category ?? 'Nothing here yet', category ? 'There are no products in this category.' : 'This catalog has no products.', wayHome());
}

/** Part below the cards: the number of products, and a button for more. */
class More {
  #grid;
  #total;
  #next;
  #text = element('p', { class: 'muted' });
  #button = element('button', { class: 'button', type: 'button', onclick: () => this.#load() }, 'Show more');

  constructor(grid, total, next) {
    this.#grid = grid;
    this.#total = total;
    this.#next = next;
    this.node = element('div', { class: 'more' }, this.#text, this.#button);
    this.#tell();
  }

  async #load() {
    if (this.#button.ariaDisabled === 'true') {
      return;
    }
    this.#button.ariaDisabled = 'true';
    try {
      const { body, headers } = await get(this.#next);
      this.#next = nextPage(headers);
      const first = addCards(this.#grid, body, 'h2');
      this.#tell();
      // Reading continues at the first new card.
      first?.focus();
    } catch (failure) {
      this.#text.textContent = `${failure.message} Please try again.`;
    }
    this.#button.ariaDisabled = 'false';
    // The user may have left the list; it is kept for the way back.
    if (this.node.isConnected) {
      announce(this.#text.textContent);
    }
  }

  #tell() {
    const shown = this.#grid.children.length;
    this.#text.textContent = `${count(shown)} of ${products(this.#total)}`;
    this.#button.hidden = !this.#next;
  }
}
