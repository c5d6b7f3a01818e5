"""Checks of a database host that is lost, for a while or forever."""

import time

import filters
import pages
from clients import get_fresh, unknown_product_is
from commands import Failure, run, wait_until
from network import inside
from steps import RATE, settings
from traffic import Traffic

# Value of product 1 after the last change before the loss.
LAST_NAME = "Changed after the backup"

# Seconds for which the database host stays away after that was noticed.
OUTAGE = 5

DATABASE_SHELL = "setpriv --reuid=postgres --regid=postgres --init-groups psql --host /run/atelierex-database"


def cut_off_database(system):
    """Cached products are answered while the database host is away, and all products soon after it is back."""
    for server in system.plan.of_kind("server"):
        # Fills the caches, as a shop's visitors would.
        address = f"http://{server.address}:3000/products/[1-{system.products}]"
        run(*inside("edge", "curl", "--silent", "--fail", "--output", "/dev/null", address))
    with Traffic(system, RATE) as traffic:
        filters.cut_off("database")
        noticed = wait_until("a product that nobody has in memory is 503", lambda: unknown_product_is(system, 503), 30)
        ends = time.monotonic() + OUTAGE
        while time.monotonic() < ends:
            if not unknown_product_is(system, 503):
                raise Failure("a product that nobody has in memory was not answered 503 without the database")
        filters.reconnect("database")
        back = wait_until("a product that does not exist is 404", lambda: unknown_product_is(system, 404), 60)
    yield traffic.require_none_failed()
    yield f"noticed after {noticed:.1f} s, all as before {back:.1f} s after its return"


def restore(system):
    """Host and volume are lost; a new host has every change that reached the bucket."""
    database = system.machine("database")
    _change(database)
    database.destroy()
    system.new_volume()
    _require_refusal(system)
    yield pages.follow("restore", system, **settings(system))
    waited = wait_until("the last change is served", lambda: LAST_NAME in get_fresh(system, "/products/1"), 60)
    yield f"the last change is there, every document is right, fresh answers {waited:.1f} s after"


def _change(database):
    """Changes a product after the last base backup, and waits until the change is in the bucket."""
    change = f"UPDATE catalog.product SET name = '{LAST_NAME}' WHERE id = 1"
    database.run(f'{DATABASE_SHELL} atelierex --command "{change}"')
    query = "SELECT pg_walfile_name(pg_switch_wal())"
    file = database.run(f'{DATABASE_SHELL} --tuples-only --no-align --command "{query}"').strip()
    query = f"SELECT last_archived_wal >= '{file}' FROM pg_stat_archiver"

    def is_archived():
        return database.run(f'{DATABASE_SHELL} --tuples-only --no-align --command "{query}"').strip() == "t"

    wait_until(f"{file} is in the archive", is_archived, 60)


def _require_refusal(system):
    """A new host without the old volume must not create an empty database while there are backups."""
    try:
        system.boot_one("database")
    except Failure as failure:
        if "but there are backups" not in str(failure):
            raise
    else:
        raise Failure("a new host of the database began an empty one although there are backups")
