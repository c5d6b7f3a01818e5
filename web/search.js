/**
 * The search box, which searches while the user types.
 */

import { href } from './routes.js';

/** How long to wait for the next letter, in milliseconds. */
const PAUSE = 250;

/** What can be searched for has a letter or a digit. */
const HAS_WORDS = /[\p{L}\p{N}]/u;

const form = document.getElementById('search');
const box = document.getElementById('search-box');

/**
 * Starts to search, by going to the address of what is searched for.
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
    // Each letter would be a step back otherwise.
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
