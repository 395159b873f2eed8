import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.watch.networks import is_public

PUBLIC = ["93.184.216.34", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "2606:4700::1111"]

#: Each with the reason for which nobody may be led there.
NOT_PUBLIC = {
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "0.0.0.0": "this network, which is the machine itself on Linux",
    "10.0.0.1": "private",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.168.0.1": "private",
    "169.254.169.254": "a cloud's metadata",
    "168.63.129.16": "Azure's wire server",
    "100.64.0.1": "a carrier's own",
    "100.100.100.200": "a cloud's metadata",
    "192.0.0.192": "a cloud's metadata",
    "192.88.99.1": "6to4 relay",
    "198.18.0.1": "benchmarks",
    "224.0.0.1": "multicast",
    "240.0.0.1": "class E",
    "255.255.255.255": "broadcast",
    "::1": "loopback",
    "::": "unspecified",
    "::ffff:127.0.0.1": "mapped",
    "::ffff:93.184.216.34": "mapped, even where the mapped address is public",
    "::127.0.0.1": "compatible",
    "64:ff9b::a9fe:a9fe": "NAT64",
    "64:ff9b:1::7f00:1": "NAT64",
    "100::1": "discard",
    "2002:a9fe:a9fe::1": "6to4",
    "2001:0:7f00:1::": "Teredo",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "5f00::1": "segment routing",
    "fc00::1": "unique local",
    "fdaa::3": "a cloud's resolver",
    "fdaa:0:18:a7b:7d::2": "another machine in a cloud",
    "fd00:ec2::254": "a cloud's metadata",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with a zone",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "localhost": "no address at all",
    "": "no address at all",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_web_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(address), NOT_PUBLIC[address]


@given(st.ip_addresses(v=4))
@example(ipaddress.ip_address("192.88.99.255"))
def test_ipv4_is_public_exactly_where_python_says_so_with_what_python_forgets(ip: ipaddress.IPv4Address) -> None:
    forgotten = (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.175.48.0/24",
    )
    known = ip.is_global and not ip.is_multicast and not any(ip in ipaddress.ip_network(each) for each in forgotten)
    assert is_public(str(ip)) == known


@given(st.ip_addresses(v=6))
@example(ipaddress.ip_address("2002:7f00:1::"))
def test_ipv6_is_public_only_where_python_agrees_and_never_carries_another_address(ip: ipaddress.IPv6Address) -> None:
    if is_public(str(ip)):
        assert ip.is_global
        assert not ip.is_multicast
        assert (ip.ipv4_mapped, ip.sixtofour, ip.teredo) == (None, None, None)


@given(st.ip_addresses(v=4))
def test_no_way_to_write_an_ipv4_address_in_ipv6_makes_it_public(ip: ipaddress.IPv4Address) -> None:
    low = int(ip)
    carriers = (0xFFFF << 32, 0, 0x64FF9B << 96, 0x64FF9B0001 << 80, 0x2002 << 112)
    for carrier in carriers:
        address = carrier | (low << 80 if carrier == 0x2002 << 112 else low)
        assert not is_public(str(ipaddress.IPv6Address(address)))
