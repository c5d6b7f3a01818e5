// What visitors of a shop ask for, and what is said of it in the end.
import http from 'k6/http';

const BASE = __ENV.BASE_URL;
const PRODUCTS = Number(__ENV.PRODUCTS);

// Options of every experiment: thresholds that hold on any machine.
export const common = {
  discardResponseBodies: true,
  // No others: k6 would sort every figure by all of them.
  systemTags: ['name'],
  summaryTrendStats: ['avg', 'med', 'p(99)'],
  thresholds: {
    http_req_failed: ['rate==0'],
    // The best mean that was published for the replaced service in this experiment.
    http_req_duration: ['avg<62'],
  },
};

// Some product: any of them as likely as another, or as shops see it, the n-th most popular asked for 1/n as often as the
// first (Zipf's law: the logarithm of the rank is then evenly distributed).
function product() {
  return __ENV.IDS === 'popular' ? Math.floor((PRODUCTS + 1) ** Math.random()) : 1 + Math.floor(Math.random() * PRODUCTS);
}

// Random documents of products. Their URLs are one for k6, which would keep each apart.
export function ask() {
  const id = product();
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
