/**
 * Addresses: following links without loading the page anew, and the browser's back and forward.
 */

let arrive;

/**
 * Starts to follow links.
 * @param {(how: 'link'|'typed'|'history') => void} onarrive is called when the address has changed, and before what is
 *   shown has
 */
export function startRouter(onarrive) {
  arrive = onarrive;
  // Where one was is known when what was there is shown again, not before.
  history.scrollRestoration = 'manual';
  addEventListener('popstate', () => arrive('history'));
  document.addEventListener('click', follow);
}

/** What tells this place in the history from all others. */
export function place() {
  if (!history.state?.place) {
    history.replaceState(newPlace(), '');
  }
  return history.state.place;
}

/**
 * Goes to an address.
 * @param {string} address
 * @param {'link'|'typed'} how
 * @param {boolean} replaces whether the way back leads past where one is now
 */
export function go(address, how, replaces = false) {
  if (replaces) {
    history.replaceState(history.state, '', address);
  } else {
    history.pushState(newPlace(), '', address);
  }
  arrive(how);
}

function newPlace() {
  return { place: crypto.getRandomValues(new Uint32Array(2)).join('-') };
}

/** Follows a click on a link of this page, unless it is to be opened elsewhere. */
function follow(event) {
  const link = event.target.closest('a[href^="?"]');
  const isPlain = event.button === 0 && !(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);
  if (link && isPlain && !event.defaultPrevented) {
    event.preventDefault();
    go(link.href, 'link');
  }
}
