/**
 * What is said to those who do not see the page change.
 */

const announcer = document.getElementById('announcer');

/** Says `text` when the screen reader has finished what it says. */
export function announce(text) {
  // The same text twice would be no change.
  announcer.textContent = announcer.textContent === text ? `${text}\u00a0` : text;
}

/**
 * Names the view in the title and takes the focus to its heading, so that reading goes on there.
 * @param {string} title
 * @param {boolean} takesFocus not when the page opens, nor while somebody types
 */
export function nameView(title, takesFocus) {
  document.title = `${title} – Atelierex`;
  const heading = document.querySelector('#main h1');
  if (heading && takesFocus) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}
