"""What is proved, step by step. Each function follows a page, looks at the result, and returns a line for the report."""

import json

import filters
import pages
from commands import Failure, run, wait_until
from network import inside
from traffic import Traffic

RATE = 1000

# No catalogue of the rehearsal has so many: nobody has it in memory.
UNKNOWN_PRODUCT = 1_000_000_000


def deploy(system):
    """Loads a catalogue, and gets a page of it through the edge."""
    yield pages.follow("deploy", system, **_settings(system, EXPORT="/srv/exports/first"))
    product = json.loads(_get(system, "/products/1"))
    if product["id"] != 1:
        raise Failure(f"/products/1 is {product}")
    wait_until("Prometheus reaches all that it should", lambda: not _down_targets(system), 60)
    yield f"product 1 is {product['name']!r}"


def upgrade(system):
    """Every server runs the next version afterwards, and no client has noticed."""
    yield from _change_version(system, "upgrade", system.options.next_version)


def roll_back(system):
    """Every server runs the first version again, and no client has noticed."""
    yield from _change_version(system, "roll-back", system.plan.version)


def rotate_secrets(system):
    """The old passwords open nothing any more, and no client has noticed."""
    server = system.of_kind("server")[0]
    old = server.run("cat /etc/atelierex/secrets.env")
    with Traffic(system, RATE) as traffic:
        yield pages.follow("rotate-secrets", system, **_settings(system))
    yield traffic.require_none_failed()
    new = server.run("cat /etc/atelierex/secrets.env")
    for before, after in zip(old.splitlines(), new.splitlines(), strict=True):
        url = before.partition("=")[2]
        if before == after or _opens(server, url):
            raise Failure(f"{before.partition('=')[0]} still has its old password")
    yield "old passwords refused"


def cut_off_database(system):
    """What is in memory is answered while the database's host is away, and everything soon after it is back."""
    for server in system.plan.of_kind("server"):
        # As a shop's visitors would have, beforehand.
        address = f"http://{server.address}:3000/products/[1-{system.products}]"
        run(*inside("edge", "curl", "--silent", "--fail", "--output", "/dev/null", address))
    with Traffic(system, RATE) as traffic:
        filters.cut_off("database")
        noticed = wait_until("a product that nobody has in memory is 503", lambda: _unknown_is(system, 503), 30)
        for _ in range(20):
            if not _unknown_is(system, 503):
                raise Failure("a product that nobody has in memory was not answered 503 without the database")
        filters.reconnect("database")
        back = wait_until("a product that does not exist is 404", lambda: _unknown_is(system, 404), 60)
    yield f"{traffic.require_none_failed()}; noticed after {noticed:.1f} s, all as before {back:.1f} s after its return"


def _change_version(system, page, version):
    with Traffic(system, RATE) as traffic:
        yield pages.follow(page, system, **_settings(system, VERSION=version))
    yield traffic.require_none_failed()
    for server in system.of_kind("server"):
        installed = server.run("dpkg-query --show --showformat '${Version}' atelierex")
        running = server.run("readlink /proc/$(systemctl show --property MainPID --value atelierex)/exe").strip()
        if installed != version or running != "/usr/bin/atelierex":
            raise Failure(f"{server.name} has {installed} and runs {running}, not {version}")


def _settings(system, **others):
    return {"BUCKET": system.plan.bucket, "URL": f"{system.shop}/products", **others}


def _get(system, path):
    return run(*_curl(system), "--show-error", "--fail", f"{system.shop}{path}")


def _curl(system):
    return inside("client", "curl", "--silent", "--cacert", system.cloud.authority)


def _unknown_is(system, status):
    """How a product is answered that has to be asked of the database."""
    address = f"{system.shop}/products/{UNKNOWN_PRODUCT}"
    answer = run(
        *_curl(system), "--output", "/dev/null", "--max-time", "2", "--write-out", "%{http_code}",
        "--header", "Cache-Control: no-cache", address,
    )
    return answer == str(status)


def _down_targets(system):
    answer = system.machine("monitoring").run("curl --silent --fail http://127.0.0.1:9090/api/v1/targets?state=active")
    targets = json.loads(answer)["data"]["activeTargets"]
    return [target["scrapeUrl"] for target in targets if target["health"] != "up"] or not targets


def _opens(server, url):
    """Whether a server can connect to the database with this address."""
    try:
        server.run('psql "$ADDRESS" --command "SELECT 1"', ADDRESS=url)
    except Failure:
        return False
    return True
