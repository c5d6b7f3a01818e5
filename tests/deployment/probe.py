"""Run inside a host's network: listens on ports, or tries to connect to many places at once.

    probe.py listen ADDRESS PORT…       until it is ended; says "listening", and leaves alone what is taken
    probe.py connect SECONDS HOST:PORT… prints those that were connected to
"""

import errno
import selectors
import socket
import sys
from concurrent.futures import ThreadPoolExecutor


def listen(address, ports):
    """Accepts connections."""
    selector = selectors.DefaultSelector()
    for port in ports:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, int(port)))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        listener.listen(64)
        selector.register(listener, selectors.EVENT_READ)
    print("listening", flush=True)
    while True:
        for key, _ in selector.select():
            key.fileobj.accept()[0].close()


def connect(seconds, places):
    """Connects to all addresses at once."""

    def reaches(place):
        host, port = place.rsplit(":", 1)
        try:
            socket.create_connection((host, int(port)), timeout=seconds).close()
        except TimeoutError:
            return False
        return True

    with ThreadPoolExecutor(max_workers=len(places)) as pool:
        for place, reached in zip(places, pool.map(reaches, places)):
            if reached:
                print(place)


if __name__ == "__main__":
    if sys.argv[1] == "listen":
        listen(sys.argv[2], sys.argv[3:])
    else:
        connect(float(sys.argv[2]), sys.argv[3:])
