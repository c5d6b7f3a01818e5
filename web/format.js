/**
 * Numbers as people read them.
 */

const whole = new Intl.NumberFormat('en');

/** 1234567 as 1,234,567. */
export function count(number) {
  return whole.format(number);
}

/**
 * A price of the catalog, "1234.50", as $1,234.50. Its digits stay as they are: a number would lose some of a large price.
 * @param {string} price
 */
export function price(price) {
  const [units, cents = '00'] = price.split('.');
  return `$${whole.format(BigInt(units))}.${cents}`;
}

/**
 * A price times a quantity, again as a price of the catalog.
 * @param {string} price
 * @param {number} quantity
 */
export function times(price, quantity) {
  const cents = BigInt(price.replace('.', '')) * BigInt(quantity);
  const digits = cents.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** 1843 as 1.8 kB. */
export function bytes(number) {
  return number < 1000 ? `${number} B` : `${(number / 1000).toFixed(1)} kB`;
}

/** 3.14159 as 3.1 ms. */
export function milliseconds(number) {
  return number < 100 ? `${number.toFixed(1)} ms` : `${count(Math.round(number))} ms`;
}
