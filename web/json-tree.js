/**
 * Tree view of JSON: large values can be opened and closed.
 */

import { element } from './dom.js';

/** Number of levels that are open at first. */
const OPEN = 2;

/** Values up to this length are open at every level. */
const SHORT = 120;

/**
 * Creates the tree of a value.
 * @param {any} value
 */
export function jsonTree(value) {
  return element('div', { class: 'json' }, node(null, value, 0));
}

function node(key, value, depth) {
  const name = key !== null && element('span', { class: 'json-key' }, `${key}: `);
  if (value === null || typeof value !== 'object') {
    const type = value === null ? 'null' : typeof value;
    return element('div', { class: 'json-line' }, name, element('span', { class: `json-${type}` }, JSON.stringify(value)));
  }
  return branch(name, value, depth);
}

function branch(name, value, depth) {
  const entries = Object.entries(value);
  const isArray = Array.isArray(value);
  const size = isArray ? `[${entries.length}]` : `{${entries.length}}`;
  const summary = element('summary', {}, name, element('span', { class: 'json-size' }, size));
  const details = element('details', { class: 'json-branch' }, summary);
  const fill = () => {
    // A closed value is rendered when it is opened.
    if (details.open && details.childElementCount === 1) {
      details.append(...entries.map(([key, child]) => node(isArray ? Number(key) : key, child, depth + 1)));
    }
  };
  details.addEventListener('toggle', fill);
  details.open = depth < OPEN || JSON.stringify(value).length <= SHORT;
  fill();
  return details;
}
