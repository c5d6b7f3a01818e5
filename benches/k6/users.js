// A number of virtual users, each asking and then looking at the answer for a while.
import { sleep } from 'k6';
import { ask, common } from './shop.js';

export { handleSummary } from './shop.js';

// 1,500 users who made 2,520 requests/s at 10.64 ms paused that long.
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
