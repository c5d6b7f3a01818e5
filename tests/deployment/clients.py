"""Single requests of clients, through the edge."""

from commands import run
from network import inside

# No catalog of the rehearsal has so many: nobody has it in memory.
UNKNOWN_PRODUCT = 1_000_000_000


def get(system, path):
    """The body at a path; anything but 200 fails."""
    return run(*_curl(system), "--show-error", "--fail", f"{system.shop}{path}")


def get_fresh(system, path):
    """The body at a path as the database has it now, not anybody's memory, or the problem."""
    return run(*_curl(system), "--header", "Cache-Control: no-cache", f"{system.shop}{path}")


def unknown_product_is(system, status):
    """Whether a product that has to be asked of the database is answered so."""
    answer = run(
        *_curl(system), "--output", "/dev/null", "--max-time", "5", "--write-out", "%{http_code}",
        "--header", "Cache-Control: no-cache", f"{system.shop}/products/{UNKNOWN_PRODUCT}",
    )
    return answer == str(status)


def _curl(system):
    return inside("client", "curl", "--silent", "--cacert", system.cloud.authority)
