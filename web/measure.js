/**
 * What the browser measures of requests (Resource Timing).
 */

/** How long to wait for it, in milliseconds: it may be switched off. */
const PATIENCE = 500;

/** @type {Set<{url: string, began: number, resolve: Function}>} Requests whose measurement is awaited. */
const awaited = new Set();

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    for (const request of awaited) {
      if (entry.name === request.url && entry.startTime >= request.began) {
        awaited.delete(request);
        request.resolve(entry);
      }
    }
  }
}).observe({ type: 'resource' });

/**
 * Begins to wait for the measurement of a request that is about to be made.
 * @param {string} path relative to this page
 * @returns {() => Promise<Object>} to be called when the answer is there: what is known of it, or nothing
 */
export function measurement(path) {
  const url = new URL(path, document.baseURI).href;
  const request = { url, began: performance.now() };
  const entry = new Promise((resolve) => {
    request.resolve = resolve;
  });
  awaited.add(request);
  return async () => {
    const limit = setTimeout(request.resolve, PATIENCE);
    const found = await entry;
    clearTimeout(limit);
    awaited.delete(request);
    return found ? describe(found) : {};
  };
}

/** @param {PerformanceResourceTiming} entry */
function describe(entry) {
  return {
    milliseconds: entry.duration,
    bytes: entry.encodedBodySize,
    length: entry.decodedBodySize,
    source: source(entry),
  };
}

/** Whether the body came from the server, or from the browser's cache with or without asking the server. */
function source({ transferSize, encodedBodySize, deliveryType }) {
  if (transferSize === 0) {
    return 'cache';
  }
  const isKept = deliveryType === 'cache' || transferSize < encodedBodySize;
  return isKept ? 'revalidated' : 'network';
}
