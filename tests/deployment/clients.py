"""Single requests of clients, through the edge."""

from commands import run
from network import inside

# Above the ids of the rehearsal's catalogs, so that no server has it in memory.
UNKNOWN_PRODUCT = 1_000_000_000


def get(system, path):
    """Returns the body at a path; any status but 200 fails."""
    return run(*_curl(system), "--show-error", "--fail", f"{system.shop}{path}")


def get_fresh(system, path):
    """Returns the body at a path from the database, not from a cache, or the problem."""
    return run(*_curl(system), "--header", "Cache-Control: no-cache", f"{system.shop}{path}")


def unknown_product_is(system, status):
    """Returns whether a product that must be read from the database is answered."""
    answer = run(
        *_curl(system), "--output", "/dev/null", "--max-time", "5", "--write-out", "%{http_code}",
        "--header", "Cache-Control: no-cache", f"{system.shop}/products/{UNKNOWN_PRODUCT}",
    )
    return answer == str(status)


def _curl(system):
    return inside("client", "curl", "--silent", "--cacert", system.cloud.authority)
