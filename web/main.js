/**
 * The catalog page: shows the view of the current address.
 *
 * Each view is one request: `/products?…` the list, `/products/{id}/page` a product. The categories are one more, once.
 */

import { announce, nameView } from './announce.js';
import { hideCategories, showCategories } from './categories.js';
import { listSkeleton, loadList } from './list-view.js';
import { keep, kept } from './memory.js';
import { notice, wayHome } from './notice.js';
import { persist } from './persist.js';
import { loadProduct, productSkeleton } from './product-view.js';
import { startRequestPanel } from './request-panel.js';
import { go, place, startRouter } from './router.js';
import { parseRoute } from './routes.js';
import { showQuery, startSearch } from './search.js';

/** Milliseconds without a response after which a placeholder is shown. */
const UNNOTICED = 120;

const VIEWS = {
  list: { load: loadList, skeleton: listSkeleton },
  product: { load: loadProduct, skeleton: productSkeleton },
};

const main = document.getElementById('main');

/** The current view, or the one that is loading. */
let current = { route: parseRoute(location.search), place: place(), leaving: new AbortController(), view: null };

/** Shows the view of the current address. */
function arrive(how) {
  leave();
  const route = parseRoute(location.search);
  current = { route, place: place(), leaving: new AbortController(), view: null };
  document.getElementById('layout').dataset.view = route.view;
  if (how !== 'typed') {
    showQuery(route);
  }
  const known = how === 'history' && route.view === 'list' ? kept(current.place) : null;
  if (known) {
    showAgain(known);
  } else {
    show(current, how);
  }
}

function leave() {
  const { leaving, route, view } = current;
  leaving.abort();
  if (view && route.view === 'list') {
    keep(current.place, view);
  }
}

/** Shows a list as the user left it. */
function showAgain({ view, scroll, focus }) {
  current.view = view;
  showCategories(current.route);
  main.replaceChildren(view.node);
  nameView(view.title, focus === null);
  focus?.focus({ preventScroll: true });
  scrollTo({ top: scroll, behavior: 'instant' });
}

/** Loads and shows a view. */
async function show(target, how) {
  const { route, leaving } = target;
  const { signal } = leaving;
  const { load, skeleton } = VIEWS[route.view];
  const put = (node) => {
    clearTimeout(timer);
    main.replaceChildren(node);
  };
  const timer = setTimeout(() => put(skeleton(route)), how === 'open' ? 0 : UNNOTICED);
  signal.addEventListener('abort', () => clearTimeout(timer));
  const attempt = () => {
    (route.view === 'list' ? showCategories : hideCategories)(route);
    return load(route, signal);
  };
  try {
    target.view = await persist(attempt, put, signal);
    reveal(target.view, how, put);
  } catch (failure) {
    if (!signal.aborted) {
      refuse(failure, route, how, put);
    }
  }
}

function reveal({ title, node, said }, how, put) {
  const wasInside = main.contains(document.activeElement);
  put(node);
  nameView(title, how === 'link' || how === 'history' || wasInside);
  if (how === 'typed') {
    announce(said);
  }
  if (how !== 'open') {
    scrollTo({ top: 0, behavior: 'instant' });
  }
}

/** Shows the reason why there is no view. */
function refuse(failure, route, how, put) {
  if (failure.status === undefined) {
    throw failure;
  }
  const title = route.view === 'product' ? 'No such product' : 'This cannot be shown';
  reveal({ title, node: notice(title, failure.message, wayHome()), said: failure.message }, how, put);
}

// A link to a fragment would add an entry to the history.
document.querySelector('.skip-link').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
startRouter(arrive);
startSearch(
  () => current.route,
  (address, replaces) => go(address, 'typed', replaces),
);
startRequestPanel();
arrive('open');
