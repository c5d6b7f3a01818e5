/**
 * Lists that the user left, for the way back: with everything loaded so far, at the same position.
 */

/** Maximum number of lists. */
const KEPT = 5;

/** @type {Map<string, {view: Object, scroll: number, focus: Element|null}>} By history entry, the oldest first. */
const lists = new Map();

/** Stores a list that the user is about to leave. */
export function keep(place, view) {
  const focus = view.node.contains(document.activeElement) ? document.activeElement : null;
  lists.delete(place);
  lists.set(place, { view, scroll: scrollY, focus });
  if (lists.size > KEPT) {
    lists.delete(lists.keys().next().value);
  }
}

/** Returns the list of a history entry, if it is still stored. */
export function kept(place) {
  return lists.get(place);
}
