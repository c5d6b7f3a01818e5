/**
 * Measurements of requests by the browser (Resource Timing).
 */

/** Longest wait for a measurement, in milliseconds. It may be disabled. */
const TIMEOUT = 500;

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
 * @returns {() => Promise<Object>} call it after the response; returns the measurement, or nothing
 */
export function measurement(path) {
  const url = new URL(path, document.baseURI).href;
  const request = { url, began: performance.now() };
  const entry = new Promise((resolve) => {
    request.resolve = resolve;
  });
  awaited.add(request);
  return async () => {
    const limit = setTimeout(request.resolve, TIMEOUT);
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

/** Returns the source of a body: the server, or the browser's cache with or without revalidation. */
function source({ transferSize, encodedBodySize, deliveryType }) {
  if (transferSize === 0) {
    return 'cache';
  }
  const isKept = deliveryType === 'cache' || transferSize < encodedBodySize;
  return isKept ? 'revalidated' : 'network';
}
