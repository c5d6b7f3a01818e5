/**
 * Announcements for screen readers.
 */

const announcer = document.getElementById('announcer');

/** Has the screen reader say `text` after its current text. */
export function announce(text) {
  // The same text again would be no change.
  announcer.textContent = announcer.textContent === text ? `${text}\u00a0` : text;
}

/**
 * Sets the title of the page and moves the focus to the view's heading, where reading continues.
 * @param {string} title
 * @param {boolean} takesFocus false when the page opens and while the user types
 */
export function nameView(title, takesFocus) {
  document.title = `${title} – Atelierex`;
  const heading = document.querySelector('#main h1');
  if (heading && takesFocus) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}
