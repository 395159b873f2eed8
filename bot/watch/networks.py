"""Which names and IP addresses are not on the public internet: explicit tables, and one question to them.

`ipaddress.is_global` is not asked: on Python 3.11 it is true for NAT64, 6to4, multicast, site-local and more.
"""

from __future__ import annotations

import ipaddress

#: Last labels that only mean something inside a network: RFC 6761, 6762, 8375 and 9476, ICANN's .internal, fly.io's
#: private network, clusters and containers, hidden services, and what home routers and companies use. (".example" is
#: missing, although nobody has it: every example of ours stands there.)
PRIVATE_SUFFIXES = frozenset(
    {"alt", "arpa", "consul", "corp", "docker", "domain", "flycast", "home", "i2p", "internal", "intranet", "invalid"}
    | {"lan", "local", "localdomain", "localhost", "mail", "onion", "private", "svc", "test", "workgroup"}
)

#: IANA's special-purpose registry, multicast, class E, and a cloud's own address that looks public.
SPECIAL_IPV4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by a carrier's customers; a cloud's metadata
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's wire server
            "169.254.0.0/16",  # link-local; cloud metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # IETF protocol assignments; a cloud's metadata
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)

#: All public IPv6 addresses lie in here.
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
#: What is not public, inside it and outside: IANA's registry, what was given back, and private networks of clouds.
SPECIAL_IPV6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "::/96",  # unspecified, loopback, and compatible: carries an IPv4 address
            "::ffff:0:0/96",  # mapped: carries one
            "::ffff:0:0:0/96",  # translated: carries one
            "64:ff9b::/96",  # NAT64: carries one
            "64:ff9b:1::/48",  # NAT64 of a network's own
            "100::/64",  # discard
            "100:0:0:1::/64",  # dummy
            "2001::/23",  # IETF protocol assignments: Teredo (carries one), benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: carries one
            "2620:4f:8000::/48",  # AS112
            "3ffe::/16",  # the 6bone, given back
            "3fff::/20",  # documentation
            "5f00::/16",  # segment routing
            "fc00::/7",  # unique local; a cloud's metadata at fd00:ec2::254
            "fdaa::/16",  # fly.io's private network, in it
            "fe80::/10",  # link-local
            "fec0::/10",  # site-local
            "ff00::/8",  # multicast
        ),
    )
)


def is_public(address: str) -> bool:
    """Whether an IP address, as text, belongs to the public internet, by the tables above and by nothing else."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if "%" in address:  # a zone: one of this machine's own networks
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in SPECIAL_IPV4)
    return ip in PUBLIC_IPV6 and not any(ip in network for network in SPECIAL_IPV6)
