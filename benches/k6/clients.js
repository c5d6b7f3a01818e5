// A number of clients every second, whether those before them were answered or not.
import { ask, common } from './shop.js';

export { handleSummary } from './shop.js';

const CLIENTS = Number(__ENV.CLIENTS);

export const options = {
  ...common,
  thresholds: {
    ...common.thresholds,
    // One of a hundred could not be sent in time.
    dropped_iterations: [`count<${(CLIENTS * Number(__ENV.SECONDS)) / 100}`],
  },
  scenarios: {
    clients: {
      executor: 'constant-arrival-rate',
      rate: CLIENTS,
      timeUnit: '1s',
      duration: `${__ENV.SECONDS}s`,
      preAllocatedVUs: CLIENTS / 4,
      maxVUs: CLIENTS,
      gracefulStop: '5s',
    },
  },
};

export default ask;
