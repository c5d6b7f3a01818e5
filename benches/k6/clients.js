// A constant number of new clients per second, even while earlier ones are waiting.
import { ask, common } from './shop.js';

export { handleSummary } from './shop.js';

const CLIENTS = Number(__ENV.CLIENTS);

export const options = {
  ...common,
  thresholds: {
    ...common.thresholds,
    // At most one of a hundred may be unsent.
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
