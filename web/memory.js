/**
 * Lists that were left, for the way back: with everything loaded so far, and at the same place.
 */

/** How many are kept. */
const KEPT = 5;

/** @type {Map<string, {view: Object, scroll: number, focus: Element|null}>} By place in the history, the oldest first. */
const lists = new Map();

/** Keeps a list that is about to be left. */
export function keep(place, view) {
  const focus = view.node.contains(document.activeElement) ? document.activeElement : null;
  lists.delete(place);
  lists.set(place, { view, scroll: scrollY, focus });
  if (lists.size > KEPT) {
    lists.delete(lists.keys().next().value);
  }
}

/** The list of a place, if it is still there. */
export function kept(place) {
  return lists.get(place);
}
