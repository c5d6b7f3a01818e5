"""Clients that send requests at a constant rate during a step."""

import json
import os
import signal
import subprocess

import network
from commands import Failure

SCRIPT = os.path.join(os.path.dirname(__file__), "traffic.js")

# Many client addresses, since the edge limits each.
CLIENTS = "203.0.113.10-203.0.113.59"


class Traffic:
    """An open loop of requests from the host `client`; as a context manager it ends with its block."""

    def __init__(self, system, rate):
        self._summary = os.path.join(system.place, "traffic.json")
        self._log = os.path.join(system.place, "traffic.log")
        self._authority = system.cloud.authority
        self._rate = rate
        settings = {"RATE": rate, "PRODUCTS": system.products, "SHOP": system.shop}
        given = [part for name, value in settings.items() for part in ("--env", f"{name}={value}")]
        self._command = network.inside(
            "client", system.options.k6, "run", "--quiet", f"--local-ips={CLIENTS}", "--no-usage-report",
            f"--summary-export={self._summary}", *given, SCRIPT,
        )
        self._process = None

    def __enter__(self):
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "SSL_CERT_FILE": self._authority},
            )
        return self

    def __exit__(self, *failure):
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def require_none_failed(self):
        """Fails if a request had no response or another status than 200; returns a line for the report."""
        with open(self._summary, encoding="utf-8") as file:
            metrics = json.load(file)["metrics"]
        checks = metrics["checks"]
        requests = checks["passes"] + checks["fails"]
        if checks["fails"] or not requests:
            with open(self._log, encoding="utf-8") as log:
                raise Failure(f"{checks['fails']} of {requests} requests failed:\n{log.read()[-4000:]}")
        # The generator sends fewer requests if the machine is too busy.
        rate, duration = metrics["iterations"]["rate"], metrics["http_req_duration"]
        return (
            f"{requests} requests at {rate:.0f}/s (of {self._rate}), none failed, "
            f"p50 {duration['med']:.0f} ms, p99 {duration['p(99)']:.0f} ms"
        )
