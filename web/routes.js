/**
 * What the address of this page says: `?` all products, `?category=Jackets&q=denim` some, `?product=7&style=12` one.
 */

/**
 * @typedef {Object} Route
 * @property {'list'|'product'} view
 * @property {string|null} [category]
 * @property {string|null} [query] words to search for
 * @property {string} [id] of the product, as it stands in the address
 * @property {string|null} [style] id of the style to begin with
 */

/**
 * The route of an address.
 * @param {string} search the query of the address
 * @returns {Route}
 */
export function parseRoute(search) {
  const parameters = new URLSearchParams(search);
  const id = parameters.get('product');
  if (id !== null) {
    return { view: 'product', id, style: parameters.get('style') };
  }
  return { view: 'list', category: parameters.get('category'), query: parameters.get('q') };
}

/**
 * The address of a route.
 * @param {Route} route
 */
export function href(route) {
  const { id, style, category, query } = route;
  return `?${parameters(route.view === 'product' ? { product: id, style } : { category, q: query })}`;
}

/**
 * A query of those values that there are.
 * @param {Object<string, string|number|null|undefined>} values
 */
export function parameters(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return new URLSearchParams(given).toString();
}
