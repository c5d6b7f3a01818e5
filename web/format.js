/**
 * Formats numbers for people.
 */

const whole = new Intl.NumberFormat('en');

/** Formats 1234567 as 1,234,567. */
export function count(number) {
  return whole.format(number);
}

/**
 * Formats a price of the catalog, "1234.50", as $1,234.50. It stays text: a number would lose digits of large prices.
 * @param {string} price
 */
export function price(price) {
  const [units, cents = '00'] = price.split('.');
  return `$${whole.format(BigInt(units))}.${cents}`;
}

/**
 * Multiplies a price by a quantity and returns a price of the catalog.
 * @param {string} price
 * @param {number} quantity
 */
export function times(price, quantity) {
  const cents = BigInt(price.replace('.', '')) * BigInt(quantity);
  const digits = cents.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Formats 1843 as 1.8 kB. */
export function bytes(number) {
  return number < 1000 ? `${number} B` : `${(number / 1000).toFixed(1)} kB`;
}

/** Formats 3.14159 as 3.1 ms. */
export function milliseconds(number) {
  return number < 100 ? `${number.toFixed(1)} ms` : `${count(Math.round(number))} ms`;
}
