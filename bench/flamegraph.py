"""Where a server's CPU time goes: perf samples as a flame graph and as a cost per stage of forwarding.

Used by forward.py --profile. Needs Linux perf and the right to use it (kernel.perf_event_paranoid, or root).
"""

import collections
import html
import re
import shutil
import subprocess
import zlib

# The stage of a sample is the first whose pattern is in one of its frames, from the root. What is in the kernel belongs
# to whoever called it.
STAGES = [
    ("send: sendmmsg and delivery on loopback", r"sendmmsg"),
    ("receive: recvmmsg", r"recvmmsg"),
    ("wake: epoll", r"epoll|mio::poll"),
    ("seal: AES-128-GCM", r"seal::Sealer|aead_aes_gcm|EVP_AEAD"),
    ("open: SRTP of the publisher", r"srtp::open|srtp::srtcp"),
    ("rewrite: header, extensions, descriptor", r"egress::|fanout"),
    ("send: batch to messages", r"socket::Udp::send|worker::Worker::send"),
    ("ingress: demux, ring, loss, levels", r"sfu_core::|sfu::"),
]
REST = "the rest: async side, timers, allocator"


class Unavailable(Exception):
    """There is no perf, or it may not be used."""


def record(pid, seconds, file, hertz=2999):
    """Starts sampling a process; `wait` on what is returned."""
    if not shutil.which("perf"):
        raise Unavailable("perf is missing (Debian: apt-get install linux-perf)")
    command = ["perf", "record", "-q", "-F", str(hertz), "--call-graph", "dwarf,8192", "-o", str(file), "-p", str(pid),
               "--", "sleep", str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def stacks(file):
    """Samples by stack: a tuple of functions, the thread first, the leaf last."""
    script = subprocess.run(["perf", "script", "-i", str(file), "--no-inline", "-F", "comm,ip,sym"],
                            capture_output=True, text=True)
    found = collections.Counter()
    for sample in script.stdout.split("\n\n"):
        lines = sample.strip("\n").split("\n")
        frames = [line.strip().split(" ", 1)[1] for line in lines[1:] if " " in line.strip()]
        frames = [tidy(frame) for frame in reversed(frames) if frame != "[unknown]"]
        if frames:
            found[(lines[0].strip(), *frames)] += 1
    if not found:
        raise Unavailable(f"perf took no samples: {script.stderr.strip()[-300:]}")
    return found


def tidy(name):
    """Without hashes, and without what every stack of a Rust thread has."""
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    name = re.sub(r"<impl ([^>]+)>", lambda match: match[1].split("::")[-1], name)
    return name.removesuffix(".part.0")


def stage_of(stack):
    for stage, pattern in STAGES:
        if any(re.search(pattern, frame) for frame in stack[1:]):
            return stage
    return REST


def stages(found):
    """Share of the samples by stage, in STAGES' order."""
    shares = collections.Counter()
    for stack, count in found.items():
        shares[stage_of(stack)] += count
    total = sum(shares.values())
    return {stage: shares[stage] / total for stage in [*(stage for stage, _ in STAGES), REST]}


WIDTH, ROW, TOP = 1200, 17, 30


def flame(found, title, file):
    """Draws the samples as an SVG flame graph; a tooltip has a frame's whole name and share."""
    root = {"count": sum(found.values()), "children": {}}
    for stack, count in found.items():
        node = root
        for frame in stack:
            node = node["children"].setdefault(frame, {"count": 0, "children": {}})
            node["count"] += count
    # Too narrow to see is left out, so that the file stays small.
    least = root["count"] / WIDTH
    boxes = []

    def place(node, x, depth):
        for name, child in sorted(node["children"].items()):
            if child["count"] >= least:
                boxes.append((name, x, depth, child["count"]))
                place(child, x, depth + 1)
            x += child["count"]

    place(root, 0, 0)
    deepest = max(depth for _, _, depth, _ in boxes)
    height = TOP + (deepest + 1) * ROW + 10
    scale = (WIDTH - 20) / root["count"]
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">',
           f'<rect width="{WIDTH}" height="{height}" fill="#fff"/><text x="10" y="18">{html.escape(title)}</text>']
    for name, x, depth, count in boxes:
        left, width, top = 10 + x * scale, count * scale, height - 10 - (depth + 1) * ROW
        shown = html.escape(name if len(name) * 6.7 < width - 4 else name[:max(int((width - 10) / 6.7), 0)])
        label = f'<text x="{left + 2:.1f}" y="{top + 12}">{shown}</text>' if width > 20 else ""
        out.append(f'<g><title>{html.escape(name)}: {100 * count / root["count"]:.1f}%</title>'
                   f'<rect x="{left:.1f}" y="{top}" width="{max(width - 0.5, 0.2):.1f}" height="{ROW - 1}"'
                   f' fill="{colour(name)}"/>{label}</g>')
    file.write_text("\n".join([*out, "</svg>", ""]))


def colour(name):
    """Ours green, cryptography blue, the kernel and the rest in flames."""
    shade = zlib.crc32(name.encode()) % 40
    if name.startswith(("sfu", "facementor", "<sfu")):
        return f"rgb({110 + shade},{190 + shade},110)"
    if re.search(r"aes|gcm|aead|EVP|ghash", name):
        return f"rgb({110 + shade},{160 + shade},230)"
    return f"rgb({225 + shade // 2},{120 + 2 * shade},70)"
