"""A network in namespaces: every host has a link of its own to a router, which is the namespace that this runs in.

The machine's own network is in another namespace and is never touched.
"""

import os

from commands import run

# The router's address on each of its links; packets never leave with it.
ROUTER = "169.254.1.1"


def make_router():
    """Enables forwarding in this namespace."""
    run("ip", "link", "set", "lo", "up")
    with open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as setting:
        setting.write("1")
    os.makedirs("/run/netns", exist_ok=True)


def connect(name, *networks):
    """Creates a namespace with these addresses, the first being its own, and routes to it."""
    run("ip", "netns", "add", name)
    run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    run("ip", "address", "add", f"{ROUTER}/32", "dev", name)
    run("ip", "link", "set", name, "up")
    inside = ("ip", "-n", name)
    run(*inside, "link", "set", "lo", "up")
    run(*inside, "link", "set", "eth0", "up")
    for network in networks:
        # A client uses many addresses, so it owns a whole network.
        if "/" in network:
            run(*inside, "route", "add", "local", network, "dev", "lo")
        else:
            run(*inside, "address", "add", f"{network}/32", "dev", "eth0")
        run("ip", "route", "add", network, "dev", name)
    run(*inside, "route", "add", ROUTER, "dev", "eth0", "scope", "link")
    run(*inside, "route", "add", "default", "via", ROUTER, "dev", "eth0", "src", networks[0])


def inside(name, *command):
    """Returns the command that runs another one in a host's network, with this machine's files."""
    return ("nsenter", f"--net=/run/netns/{name}", *command)
