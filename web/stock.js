/**
 * Sizes of a style, with the stock of each and the price of a quantity.
 */

import { choice } from './choice.js';
import { element, spoken } from './dom.js';
import { price, times } from './format.js';

/** Maximum quantity to choose. */
const MOST = 15;

/** Stock from which on the exact number is not shown. */
const PLENTY = 10;

/**
 * Returns the stock of each size, in the order of the skus. Two skus may have the same size.
 * @param {Object<string, {size: string|null, quantity: number|null}>} skus
 * @returns {Map<string, number>}
 */
function sizesOf(skus) {
  const sizes = new Map();
  for (const { size, quantity } of Object.values(skus)) {
    if (size !== null) {
      sizes.set(size, (sizes.get(size) ?? 0) + (quantity ?? 0));
    }
  }
  return sizes;
}

/** Choice of a size and a quantity of one style. */
export class Stock {
  #sizes;
  #price;
  #hint = element('p', { class: 'stock-hint', id: 'stock-hint', role: 'status' });
  #quantity = element('select', { id: 'quantity', 'aria-describedby': 'stock-hint', onchange: () => this.#tellSum() });
  #sum = element('output', { class: 'sum', for: 'quantity' });

  /**
   * @param {Object} style
   * @param {string|null} size selected for another style before
   */
  constructor(style, size) {
    this.#sizes = sizesOf(style.skus);
    this.#price = style.sale_price ?? style.original_price;
    this.size = this.#left(size) > 0 ? size : null;
    this.node = element('div', { class: 'stock' }, ...this.#parts());
    this.#tell();
  }

  #left(size) {
    return this.#sizes.get(size) ?? 0;
  }

  #parts() {
    const isSoldOut = [...this.#sizes.values()].every((quantity) => quantity === 0);
    if (isSoldOut) {
      return [...(this.#sizes.size > 0 ? [this.#choice()] : []), element('p', { class: 'stock-hint sold-out' }, 'Sold out')];
    }
    const label = element('label', { for: 'quantity', class: 'label' }, 'Quantity');
    return [this.#choice(), label, element('div', { class: 'quantity' }, this.#quantity, this.#sum), this.#hint];
  }

  #choice() {
    const options = [...this.#sizes].map(([size, quantity]) => ({
      value: size,
      label: quantity > 0 ? [size] : [size, spoken(', sold out')],
      checked: size === this.size,
      disabled: quantity === 0,
    }));
    const onchoose = (size) => {
      this.size = size;
      this.#tell();
    };
    return choice({ name: 'size', legend: 'Size', look: 'text', options, onchoose });
  }

  #tell() {
    const left = this.#left(this.size);
    const most = Math.min(left, MOST);
    const before = Number(this.#quantity.value) || 1;
    const numbers = Array.from({ length: most }, (_, n) => `${n + 1}`);
    this.#quantity.replaceChildren(...(most > 0 ? numbers : ['–']).map((text) => element('option', {}, text)));
    this.#quantity.disabled = most === 0;
    this.#quantity.selectedIndex = Math.max(Math.min(before, most) - 1, 0);
    this.#hint.textContent = this.size === null ? 'Choose a size' : hint(left);
    this.#tellSum();
  }

  #tellSum() {
    const quantity = Number(this.#quantity.value);
    this.#sum.textContent = quantity > 1 ? `${quantity} × ${price(this.#price)} = ${price(times(this.#price, quantity))}` : '';
  }
}

function hint(left) {
  return left < PLENTY ? `Only ${left} left` : 'In stock';
}
