// A number of virtual users. Each sends a request and then reads the response for a while.
import { sleep } from 'k6';
import { ask, common } from './shop.js';

export { handleSummary } from './shop.js';

// The pause of 1,500 users who sent 2,520 requests/s at 10.64 ms.
const PAUSE = 0.585;

export const options = {
  ...common,
  scenarios: {
    users: { executor: 'constant-vus', vus: Number(__ENV.CLIENTS), duration: `${__ENV.SECONDS}s`, gracefulStop: '5s' },
  },
};

export default function () {
  ask();
  sleep(PAUSE);
}
