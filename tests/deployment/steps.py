"""Steps of the rehearsal. Each follows a page, checks the result, and yields lines for the report."""

import json

import pages
from clients import get
from commands import Failure, wait_until
from traffic import Traffic

RATE = 1000


def settings(system, **others):
    """Returns the variables that pages use."""
    return {"BUCKET": system.plan.bucket, "URL": f"{system.shop}/products", **others}


def deploy(system):
    """Loads a catalog, and requests a page of it through the edge."""
    yield pages.follow("deploy", system, **settings(system, EXPORT="/srv/exports/first"))
    product = json.loads(get(system, "/products/1"))
    if product["id"] != 1:
        raise Failure(f"/products/1 is {product}")
    wait_until("Prometheus reaches all that it should", lambda: not _down_targets(system), 60)
    yield f"product 1 is {product['name']!r}"


def upgrade(system):
    """Upgrades every server without a failed request."""
    yield from _change_version(system, "upgrade", system.options.next_version)


def roll_back(system):
    """Rolls every server back without a failed request."""
    yield from _change_version(system, "roll-back", system.plan.version)


def rotate_secrets(system):
    """Rotates all passwords without a failed request; the old ones are rejected afterwards."""
    server = system.of_kind("server")[0]
    old = server.run("cat /etc/atelierex/secrets.env")
    with Traffic(system, RATE) as traffic:
        yield pages.follow("rotate-secrets", system, **settings(system))
    yield traffic.require_none_failed()
    new = server.run("cat /etc/atelierex/secrets.env")
    for before, after in zip(old.splitlines(), new.splitlines(), strict=True):
        url = before.partition("=")[2]
        if before == after or _opens(server, url):
            raise Failure(f"{before.partition('=')[0]} still has its old password")
    yield "old passwords refused"


def _change_version(system, page, version):
    with Traffic(system, RATE) as traffic:
        yield pages.follow(page, system, **settings(system, VERSION=version))
    yield traffic.require_none_failed()
    for server in system.of_kind("server"):
        installed = server.run("dpkg-query --show --showformat '${Version}' atelierex")
        running = server.run("readlink /proc/$(systemctl show --property MainPID --value atelierex)/exe").strip()
        if installed != version or running != "/usr/bin/atelierex":
            raise Failure(f"{server.name} has {installed} and runs {running}, not {version}")


def _down_targets(system):
    answer = system.machine("monitoring").run("curl --silent --fail http://127.0.0.1:9090/api/v1/targets?state=active")
    targets = json.loads(answer)["data"]["activeTargets"]
    return [target["scrapeUrl"] for target in targets if target["health"] != "up"] or not targets


def _opens(server, url):
    """Returns whether a server can connect to the database with this URL."""
    try:
        server.run('psql "$ADDRESS" --command "SELECT 1"', ADDRESS=url)
    except Failure:
        return False
    return True
