/**
 * One product with its styles and related products, from one request.
 */

import { get } from './api.js';
import { cardGrid, priceLine } from './card.js';
import { choice } from './choice.js';
import { element, icon, spoken } from './dom.js';
import { Gallery } from './gallery.js';
import { picture } from './picture.js';
import { href } from './routes.js';
import { Stock } from './stock.js';

/** Creates the view that is shown until the product arrives. */
export function productSkeleton() {
  const bars = ['bar-short', 'bar-title', 'bar', 'bar-short', 'bar', 'bar'].map((look) => element('span', { class: `bar ${look}` }));
  const stage = element('div', { class: 'gallery-stage' }, element('div', { class: 'gallery-large' }, element('span', { class: 'picture' }, icon('hanger'))));
  return element(
    'article',
    { class: 'product', 'aria-busy': 'true' },
    element('p', { class: 'path' }, '\u00a0'),
    element('div', { class: 'gallery' }, stage),
    element('div', { class: 'facts' }, element('h1', { class: 'visually-hidden' }, 'Loading'), ...bars),
  );
}

/**
 * Loads a product.
 * @param {import('./routes.js').Route} route
 * @param {AbortSignal} signal
 * @returns {Promise<{title: string, node: Node, said: string}>}
 */
export async function loadProduct(route, signal) {
  const { body } = await get(`products/${encodeURIComponent(route.id)}/page`, signal);
  const { product, styles, related } = body;
  const node = element('div', {}, new Product(product, styles.results, route).node, relatedCards(related));
  return { title: product.name, node, said: product.name };
}

function relatedCards(cards) {
  if (cards.length === 0) {
    return null;
  }
  return element('section', { class: 'related' }, element('h2', {}, 'You may also like'), cardGrid(cards, 'h3'));
}

/** View of a product with one selected style. */
class Product {
  #product;
  #styles;
  #gallery = element('div', { class: 'gallery-place' });
  #price = element('div', { class: 'product-price' });
  #styleName = element('span', { class: 'style-name' });
  #stock = element('div', {});
  #size = () => null;

  constructor(product, styles, { style }) {
    this.#product = product;
    this.#styles = styles;
    const isDefault = (candidate) => candidate['default?'];
    const first = styles.find(({ style_id: id }) => `${id}` === style) ?? styles.find(isDefault) ?? styles[0];
    this.node = element('article', { class: 'product' }, path(product), this.#gallery, this.#facts(first));
    this.#show(first);
  }

  #facts(first) {
    const { name, slogan, description, features } = this.#product;
    return element(
      'div',
      { class: 'facts' },
      element('h1', {}, name),
      slogan && element('p', { class: 'slogan' }, slogan),
      this.#price,
      first && this.#styleChoice(first),
      this.#stock,
      description && element('p', { class: 'description' }, description),
      featureList(features),
    );
  }

  #styleChoice(first) {
    const thumbnail = ({ photos }) => photos[0]?.thumbnail_url;
    const hasPhotos = this.#styles.some(thumbnail);
    const options = this.#styles.map((style) => ({
      value: `${style.style_id}`,
      label: hasPhotos ? [picture(thumbnail(style), ''), spoken(style.name)] : [style.name],
      checked: style === first,
    }));
    const legend = element('span', {}, 'Style ', hasPhotos && this.#styleName);
    const onchoose = (id) => this.#choose(id);
    return choice({ name: 'style', legend, look: hasPhotos ? 'swatch' : 'text', options, onchoose });
  }

  /** Shows another style and puts it into the address, for reloads and links. */
  #choose(id) {
    history.replaceState(history.state, '', href({ view: 'product', id: this.#product.id, style: id }));
    this.#show(this.#styles.find(({ style_id: candidate }) => `${candidate}` === id));
  }

  #show(style) {
    const { name, default_price: price } = this.#product;
    this.#price.replaceChildren(priceLine(style?.original_price ?? price, style?.sale_price));
    const title = style ? `${name}, ${style.name}` : name;
    this.#gallery.replaceChildren(new Gallery(style?.photos ?? [], title).node);
    this.#styleName.textContent = style?.name ?? '';
    if (style) {
      const stock = new Stock(style, this.#size());
      this.#size = () => stock.size;
      this.#stock.replaceChildren(stock.node);
    }
  }
}

function path({ category }) {
  return element(
    'nav',
    { class: 'path', 'aria-label': 'Where this is' },
    element('a', { href: '?' }, 'All products'),
    category && element('span', { 'aria-hidden': 'true' }, ' / '),
    category && element('a', { href: href({ view: 'list', category }) }, category),
  );
}

/** List of features; some have no value. */
function featureList(features) {
  if (features.length === 0) {
    return null;
  }
  const rows = features.map(({ feature, value }) =>
    element('li', {}, element('span', { class: 'muted' }, feature), value !== null && element('span', {}, spoken(': '), value)),
  );
  return element('section', { class: 'features' }, element('h2', {}, 'Details'), element('ul', {}, ...rows));
}
