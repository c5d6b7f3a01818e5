/**
 * Creates elements. Text always becomes a text node, so that no text of the catalog is parsed as HTML.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** Icons of 24 by 24, as paths. */
const ICONS = {
  hanger: 'M9.8 7.2a2.2 2.2 0 1 1 3.3 1.9c-.7.4-1.1 1-1.1 1.7v.4l8.3 5.2c.8.5.4 1.6-.5 1.6H4.2c-.9 0-1.3-1.1-.5-1.6L12 11.2',
  back: 'm14 6-6 6 6 6',
  forward: 'm10 6 6 6-6 6',
  close: 'M6 6l12 12M18 6 6 18',
};

/**
 * Creates an element.
 * @param {string} tag
 * @param {Object} attributes `class`, `for` and so on; a function is a listener (`onclick`); `null` and `false` omit it
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(made, name, value);
  }
  // Values of conditions for absent children.
  made.append(...children.filter(Boolean));
  return made;
}

function setAttribute(target, name, value) {
  if (typeof value === 'function') {
    target.addEventListener(name.slice(2), value);
  } else if (value === true) {
    target.setAttribute(name, '');
  } else if (value !== null && value !== false && value !== undefined) {
    target.setAttribute(name, value);
  }
}

/**
 * Creates an icon, which is hidden from screen readers.
 * @param {keyof ICONS} name
 */
export function icon(name) {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('class', 'icon');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  drawing.append(path);
  return drawing;
}

/** Creates text for screen readers only. */
export function spoken(text) {
  return element('span', { class: 'visually-hidden' }, text);
}
