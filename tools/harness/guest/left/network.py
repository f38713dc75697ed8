"""What is left in the network: devices, addresses, routes, rules; by netlink(7), as ip(8) does."""

import socket
import struct
from collections import defaultdict
from collections.abc import Iterator

from harness.guest.left.watch import Items

# <linux/rtnetlink.h>, if_link.h, if_addr.h, fib_rules.h, netfilter/nfnetlink.h, nf_tables.h
NLM_F_REQUEST, NLM_F_DUMP, NLMSG_ERROR, NLMSG_DONE = 1, 0x300, 2, 3
# RTM_GETLINK, GETADDR, GETROUTE and GETRULE, each with the size of its header.
ROUTING = {18: 16, 22: 8, 26: 12, 34: 12}
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_QDISC, IFLA_MASTER = 1, 3, 4, 6, 10
IFF_RUNNING, IFF_LOWER_UP = 0x40, 0x10000  # they follow from the rest, after a while
IFA_ADDRESS, IFA_LOCAL = 1, 2
RTA_DST, RTA_OIF, RTA_GATEWAY = 1, 4, 5
RTPROT_KERNEL = 2  # of a route that comes with an address
FRA_PRIORITY = 6
NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES = 12, 10
NFTA_TABLE = 1  # its name, of all three
# NFT_MSG_GETTABLE, GETCHAIN and GETRULE, each with the attributes that say which it is, and how.
NFT_OBJECTS = {1: (4,), 4: (2, 5), 7: (3,)}
FAMILIES = {1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"}  # netfilter's
SECONDS = 1.0  # for the kernel to answer; it takes microseconds

Attributes = dict[int, bytes]


def look() -> tuple[bytes, ...]:
    """What the kernel tells of devices, their addresses, routes and rules."""
    with _asking(socket.NETLINK_ROUTE) as kernel:
        return tuple(dump(kernel, question, size) for question, size in ROUTING.items())


def devices(seen: tuple[bytes, ...]) -> Items:
    """The same by name; but not the routes that come with an address."""
    found: Items = {}
    names = {}
    links, addresses, routes, rules = map(objects, seen, ROUTING.values())
    for header, told in links:
        index, flags = struct.unpack_from("=iI", header, 4)
        names[index] = name = told[IFLA_IFNAME].rstrip(b"\0").decode("utf-8", "replace")
        up = "up" if flags & 1 else "down"
        other = flags & ~(IFF_RUNNING | IFF_LOWER_UP | 1)
        mtu, master = (
            int.from_bytes(told.get(kind, b""), "little") for kind in (IFLA_MTU, IFLA_MASTER)
        )
        qdisc = told.get(IFLA_QDISC, b"").rstrip(b"\0").decode()
        of = f" master {master}" if master else ""
        hardware = told.get(IFLA_ADDRESS, b"").hex(":")
        found[f"link {name}"] = f"{up} {other:x} mtu {mtu} {qdisc} {hardware}{of}"
    for header, told in addresses:
        (device,) = struct.unpack_from("=i", header, 4)
        address = _ip(told.get(IFA_LOCAL) or told[IFA_ADDRESS])
        found[f"address {address}/{header[1]} on {names.get(device)}"] = ""
    for header, told in routes:
        if header[5] != RTPROT_KERNEL:
            to = f"{_ip(told[RTA_DST])}/{header[1]}" if RTA_DST in told else "default"
            via = f" via {_ip(told[RTA_GATEWAY])}" if RTA_GATEWAY in told else ""
            device = names.get(int.from_bytes(told.get(RTA_OIF, b""), "little"), "no device")
            found[f"route {to}{via} on {device}"] = f"table {header[4]} type {header[7]}"
    for header, told in rules:
        priority = int.from_bytes(told.get(FRA_PRIORITY, b""), "little")
        family = "-6 " if header[0] == socket.AF_INET6 else ""
        found[f"rule {family}{priority}"] = f"table {header[4]}"
    return found


def nftables() -> Items:
    """The tables of nftables(8), each with its chains and rules by their handles."""
    found = defaultdict[str, list[str]](list)
    with _asking(NETLINK_NETFILTER) as kernel:
        for question, which in NFT_OBJECTS.items():
            seen = dump(kernel, NFNL_SUBSYS_NFTABLES << 8 | question, 4)
            for header, told in objects(seen, 4):
                family = FAMILIES.get(header[0], str(header[0]))
                table = told[NFTA_TABLE].rstrip(b"\0").decode("utf-8", "replace")
                is_it = "/".join(told[one].hex() for one in which if one in told)
                found[f"nft table {family} {table}"].append(is_it)
    return {name: " ".join(objects) for name, objects in found.items()}


def _asking(family: int) -> socket.socket:
    """Opened anew for each look: a section on sockets is not to see ours."""
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
    opened.settimeout(SECONDS)
    return opened


def dump(kernel: socket.socket, question: int, size: int) -> bytes:
    """The messages of every object of a kind, to be asked for with a header of `size` bytes."""
    flags = NLM_F_REQUEST | NLM_F_DUMP
    kernel.send(struct.pack("=IHHII", 16 + size, question, flags, 0, 0) + bytes(size))
    found = b""
    while True:
        data = kernel.recv(1 << 18)
        found += data
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind in (NLMSG_ERROR, NLMSG_DONE):
                return found
            data = data[length + 3 & ~3 :]


def objects(seen: bytes, size: int) -> Iterator[tuple[bytes, Attributes]]:
    """Their headers of `size` bytes, and their attributes."""
    while seen:
        length, kind = struct.unpack_from("=IH", seen)
        if kind in (NLMSG_ERROR, NLMSG_DONE):
            return
        yield seen[16 : 16 + size], attributes(seen[16 + size : length])
        seen = seen[length + 3 & ~3 :]


def attributes(data: bytes) -> Attributes:
    """By their types, which are 14 bits."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3FFF] = data[4:length]
        data = data[max(length, 4) + 3 & ~3 :]
    return found


def _ip(packed: bytes) -> str:
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed)
