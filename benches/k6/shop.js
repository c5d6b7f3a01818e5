// Requests of a shop's visitors, and the summary of the results.
import http from 'k6/http';

const BASE = __ENV.BASE_URL;
const PRODUCTS = Number(__ENV.PRODUCTS);

// Options of every experiment: thresholds that hold on any machine.
export const common = {
  discardResponseBodies: true,
  // No other tags, since k6 would group every figure by them.
  systemTags: ['name'],
  summaryTrendStats: ['avg', 'med', 'p(99)'],
  thresholds: {
    http_req_failed: ['rate==0'],
    // The best mean that was published for the replaced service in this experiment.
    http_req_duration: ['avg<62'],
  },
};

// Returns the id of a random product: uniformly distributed, or by Zipf's law, in which the n-th most popular product
// is requested 1/n as often as the first (the logarithm of the rank is then uniformly distributed).
function product() {
  return __ENV.IDS === 'popular' ? Math.floor((PRODUCTS + 1) ** Math.random()) : 1 + Math.floor(Math.random() * PRODUCTS);
}

// Requests random documents of products. Their URLs share one name, otherwise k6 would measure each separately.
export function ask() {
  const id = product();
  const dice = Math.random();
  const document = dice < 0.4 ? '' : dice < 0.8 ? '/styles' : '/related';
  http.get(`${BASE}/products/${id}${document}`, { tags: { name: document || '/' } });
}

// Writes the figures of the table: requests per second, times in milliseconds, failures, unsent requests.
export function handleSummary({ metrics, state }) {
  const times = metrics.http_req_duration.values;
  const figures = [
    Math.round((1000 * metrics.http_reqs.values.count) / state.testRunDurationMs),
    times.avg.toFixed(2),
    times.med.toFixed(2),
    times['p(99)'].toFixed(2),
    // The "passes" of this rate are failed requests.
    metrics.http_req_failed.values.passes,
    metrics.dropped_iterations ? metrics.dropped_iterations.values.count : 0,
  ];
  return { [__ENV.FIGURES]: `${figures.join(' ')}\n` };
}
