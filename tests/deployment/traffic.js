// Requests random products at a constant rate, even while earlier requests are waiting.
import http from "k6/http";
import { check } from "k6";

const products = Number(__ENV.PRODUCTS);
const routes = ["", "/styles", "/related"];

export const options = {
    discardResponseBodies: true,
    summaryTrendStats: ["med", "p(99)", "max"],
    scenarios: {
        clients: {
            executor: "constant-arrival-rate",
            rate: Number(__ENV.RATE),
            timeUnit: "1s",
            duration: "10m",
            preAllocatedVUs: 100,
            maxVUs: 1000,
            gracefulStop: "5s",
        },
    },
};

export default function () {
    const id = 1 + Math.floor(Math.random() * products);
    const route = routes[Math.floor(Math.random() * routes.length)];
    const answer = http.get(`${__ENV.SHOP}/products/${id}${route}`, { tags: { name: "product" } });
    check(answer, { "answered 200": (it) => it.status === 200 });
}
