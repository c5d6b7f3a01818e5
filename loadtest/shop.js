// What visitors of a shop ask for, and what is said of it in the end.
import http from 'k6/http';

const BASE = __ENV.BASE_URL;
const PRODUCTS = Number(__ENV.PRODUCTS);

// The options of every load: what must hold, whatever the machine.
export const common = {
  discardResponseBodies: true,
  summaryTrendStats: ['avg', 'med', 'p(99)'],
  thresholds: {
    http_req_failed: ['rate==0'],
    // The best mean that was published for the replaced service under such a load.
    http_req_duration: ['avg<62'],
  },
};

// Random documents of products from all over the catalogue. Their URLs are one for k6, which would keep each apart.
export function ask() {
  const id = 1 + Math.floor(Math.random() * PRODUCTS);
  const dice = Math.random();
  const document = dice < 0.4 ? '' : dice < 0.8 ? '/styles' : '/related';
  http.get(`${BASE}/products/${id}${document}`, { tags: { name: document || '/' } });
}

// Writes the figures for the table: requests per second, then times in milliseconds, failures, what was not sent.
export function handleSummary({ metrics, state }) {
  const times = metrics.http_req_duration.values;
  const figures = [
    Math.round((1000 * metrics.http_reqs.values.count) / state.testRunDurationMs),
    times.avg.toFixed(2),
    times.med.toFixed(2),
    times['p(99)'].toFixed(2),
    // Of this rate, the "passes" are requests that failed.
    metrics.http_req_failed.values.passes,
    metrics.dropped_iterations ? metrics.dropped_iterations.values.count : 0,
  ];
  return { [__ENV.FIGURES]: `${figures.join(' ')}\n` };
}
