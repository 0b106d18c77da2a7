#!/usr/bin/env python3
"""A bad network: an impaired link from this network namespace to a new one, in user space (many kernels lack netem).

    link.py NEAR/24 FAR/24

makes a TUN device with the address NEAR here and one with FAR in a namespace of its own, and carries packets between
them. The first line it prints is {"pid": N}: /proc/N/ns/net is the far namespace. From then on it obeys lines of JSON:

    {"down": {...}, "up": {...}, "both": {...}}   what happens to packets towards FAR, towards NEAR, or either way:
        loss      share lost at random, percent
        burst     [packets, seconds]: up to so many in a row are lost every so often, all within 100 ms
        delay     ms;  jitter: ms around it, at random
        rate      kbit/s, with a queue of `queue` ms (default 300) before it
        block     "udp", "tcp" or "all": nothing of it passes; null for nothing blocked
    {"address": "FAR/24"}    the far side moves to this address, which may be of another network
    {"stats": true}          answers with bytes and packets carried and dropped in each direction since the last answer
    {"reset": true}          a perfect link again

Everything but delay is drawn from a seeded generator. Ends when its standard input does. Needs /dev/net/tun and the right
to make namespaces: root, or `unshare --map-root-user --net` before it.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
# A burst is an event in time: eight packets of a trickle would otherwise be all of it.
BURST_SECONDS = 0.1
IFF_TUN_NO_PI = 0x1001
PROTOCOLS = {"tcp": 6, "udp": 17}

libc = ctypes.CDLL(None, use_errno=True)


def checked(result, what):
    if result:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def tun(name, *commands):
    """A TUN device of the namespace we are in, set up by `ip` commands."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_NO_PI))
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True)
    return device


class Way:
    """One direction of the link."""

    def __init__(self, out, seed):
        self.out, self.random = out, random.Random(seed)
        self.reset()
        self.count = {"bytes": 0, "packets": 0, "dropped": 0}

    def reset(self):
        self.loss = self.delay = self.jitter = self.rate = 0.0
        self.burst, self.block, self.queue = None, None, 300.0
        self.free = self.last = 0.0
        self.burst_at, self.burst_left = time.monotonic(), 0

    def set(self, wanted):
        for name, value in wanted.items():
            if name not in ("loss", "delay", "jitter", "rate", "queue", "burst", "block"):
                raise ValueError(f"no such impairment: {name}")
            setattr(self, name, value)

    def due(self, now, packet):
        """When the packet comes out, or None if it never does."""
        if self.block and (self.block == "all" or protocol(packet) == PROTOCOLS[self.block]):
            return None
        if self.burst:
            packets, seconds = self.burst
            if now - self.burst_at >= seconds:
                self.burst_at, self.burst_left = now, packets
            if self.burst_left and now - self.burst_at < BURST_SECONDS:
                self.burst_left -= 1
                return None
        if self.random.random() * 100 < self.loss:
            return None
        at = now
        if self.rate:
            start = max(now, self.free)
            if (start - now) * 1000 > self.queue:
                return None
            at = self.free = start + len(packet) * 8 / (self.rate * 1000)
        at += max(0.0, self.delay + self.random.uniform(-self.jitter, self.jitter)) / 1000
        # Jitter delays, it does not reorder: as queues do.
        self.last = max(at, self.last)
        return self.last

    def take_count(self):
        count, self.count = self.count, {"bytes": 0, "packets": 0, "dropped": 0}
        return count


def protocol(packet):
    if len(packet) < 20:
        return 0
    return packet[9] if packet[0] >> 4 == 4 else packet[6]


def main():
    near_address, far_address = sys.argv[1:3]
    gateway = near_address.split("/")[0]
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    near = tun("fml0", f"address add {near_address} dev fml0", "link set fml0 mtu 1500 up")
    # The far namespace lives as long as a process in it does.
    checked(libc.unshare(CLONE_NEWNET), "unshare")
    holder = subprocess.Popen(["sleep", "infinity"], stdin=subprocess.DEVNULL)
    far = tun("fml1", "link set lo up", f"address add {far_address} dev fml1", "link set fml1 mtu 1500 up",
              f"route add default via {gateway}")
    checked(libc.setns(home, CLONE_NEWNET), "setns")

    def in_far(command):
        subprocess.run(["nsenter", f"--net=/proc/{holder.pid}/ns/net", "ip", *command.split()], check=True)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(json.dumps({"pid": holder.pid}), flush=True)
    ways = {near: Way(far, 1), far: Way(near, 2)}
    try:
        carry(ways, near, far, far_address, gateway, in_far)
    finally:
        holder.kill()


def carry(ways, near, far, address, gateway, in_far):
    waiting, number = [], 0
    orders = sys.stdin.fileno()
    rest = b""
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, way, packet = heapq.heappop(waiting)
            try:
                os.write(way.out, packet)
                way.count["bytes"] += len(packet)
                way.count["packets"] += 1
            except OSError:
                way.count["dropped"] += 1
        pause = max(0.0, waiting[0][0] - now) if waiting else None
        ready = select.select([near, far, orders], [], [], pause)[0]
        for device in (device for device in ready if device in ways):
            way = ways[device]
            for _ in range(64):
                try:
                    packet = os.read(device, 65535)
                except BlockingIOError:
                    break
                due = way.due(time.monotonic(), packet)
                if due is None:
                    way.count["dropped"] += 1
                    continue
                number += 1
                heapq.heappush(waiting, (due, number, way, packet))
        if orders in ready:
            chunk = os.read(orders, 65536)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                order = json.loads(line)
                if order.get("reset"):
                    for way in ways.values():
                        way.reset()
                for names, way in ((("down", "both"), ways[near]), (("up", "both"), ways[far])):
                    for name in names:
                        way.set(order.get(name, {}))
                if "address" in order:
                    # As when a phone changes its network: the old address is gone with the old way out.
                    in_far(f"address del {address} dev fml1")
                    address = order["address"]
                    in_far(f"address add {address} dev fml1")
                    in_far(f"route replace default via {gateway} dev fml1 onlink")
                    subprocess.run(["ip", "route", "replace", address.split("/")[0], "dev", "fml0"], check=True)
                answer = {"down": ways[near].take_count(), "up": ways[far].take_count()} if order.get("stats") else {}
                print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
