/**
 * The search box, which searches while the user types.
 */

import { href } from './routes.js';

/** Wait for the next letter, in milliseconds. */
const PAUSE = 250;

/** A search needs a letter or a digit. */
const HAS_WORDS = /[\p{L}\p{N}]/u;

const form = document.getElementById('search');
const box = document.getElementById('search-box');

/**
 * Sets up the search box. It navigates to the address of each search.
 * @param {() => import('./routes.js').Route} current
 * @param {(address: string, replaces: boolean) => void} go
 */
export function startSearch(current, go) {
  let timer = 0;
  const search = () => {
    clearTimeout(timer);
    const { view, category = null, query = null } = current();
    const words = box.value.trim();
    if (words === (query ?? '') || (words !== '' && !HAS_WORDS.test(words))) {
      return;
    }
    // Otherwise each letter would add an entry to the history.
    const replaces = view === 'list' && query !== null && words !== '';
    go(href({ view: 'list', category, query: words }), replaces);
  };
  box.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    search();
  });
}

/** Shows the current search. */
export function showQuery({ query }) {
  box.value = query ?? '';
}
