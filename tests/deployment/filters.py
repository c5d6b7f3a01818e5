"""Turns security groups into packet filters.

As on AWS they are outside of the hosts, remember connections, and let nothing pass that no rule names. A packet
from one host to another has to pass twice: what the one may send, and what the other may receive.
"""

from commands import run

# The metadata service. On AWS, security groups do not apply to it.
METADATA = "169.254.169.254"


def apply(plan):
    """Filters all forwarded packets by the plan's security groups."""
    run("nft", "-f", "-", input=_ruleset(plan))


def suspend():
    """Lets all packets pass, to show that only the filters rejected them."""
    run("nft", "delete", "table", "inet", "planned")


def cut_off(host):
    """Drops every packet from and to a host, including those of open connections."""
    run("nft", "add", "element", "inet", "planned", "cut_off", f'{{ "{host}" }}')


def reconnect(host):
    """Ends `cut_off`."""
    run("nft", "delete", "element", "inet", "planned", "cut_off", f'{{ "{host}" }}')


def _ruleset(plan):
    planned = ", ".join(f'"{instance.name}"' for instance in plan.instances)
    leaving = [line for rule in plan.rules if not rule.incoming for line in _lines(plan, rule)]
    entering = [line for rule in plan.rules if rule.incoming for line in _lines(plan, rule)]
    return f"""table inet planned {{
    set cut_off {{ type ifname; }}
    chain cut {{
        type filter hook forward priority -10; policy accept;
        iifname @cut_off drop
        oifname @cut_off drop
    }}
    chain leaving {{
        type filter hook forward priority 0; policy drop;
        ct state established,related accept
        iifname != {{ {planned} }} accept
        ip daddr {METADATA} tcp dport 80 accept
        {_joined(leaving)}
    }}
    chain entering {{
        type filter hook forward priority 10; policy drop;
        ct state established,related accept
        oifname != {{ {planned} }} accept
        {_joined(entering)}
    }}
}}
"""


def _joined(lines):
    return "\n        ".join(lines)


def _lines(plan, rule):
    """Returns the rule for every host of its group."""
    own, peer = ("oifname", "ip saddr") if rule.incoming else ("iifname", "ip daddr")
    peers = list(rule.peer_networks) or _addresses(plan, rule.peer_group)
    port = "" if rule.protocol == "-1" else f" {rule.protocol} dport {rule.first_port}-{rule.last_port}"
    for instance in plan.instances:
        if instance.group == rule.group and peers:
            yield f'{own} "{instance.name}" {peer} {{ {", ".join(peers)} }}{port} accept'


def _addresses(plan, group):
    return [instance.address for instance in plan.instances if instance.group == group]
