#!/usr/bin/env python3
"""Draws the pictures of the book from the sources that they show: `docs/pictures.py`, and with `--check` fails if one of
them is not what it would draw."""

import html
import pathlib
import re
import sys

DOCS = pathlib.Path(__file__).parent
ROOT = DOCS.parent
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
SANS = "system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif"
STYLE = f"""
.g{{fill:#fff}} .b{{fill:#f3f5f7;stroke:#c9d0d8}} .a{{fill:#e8f0ff;stroke:#7aa2e3}} .h{{fill:#e9f7ec;stroke:#7cc08d}}
.r{{fill:#fdecea;stroke:#e19a92}} .t{{fill:#1c1e21}} .s{{fill:#5d646e}} .l{{stroke:#5d646e;fill:none}} .p{{fill:#5d646e}}
.ok{{fill:#2da44e}} .no{{fill:#c93c37}} .on{{fill:#fff}} .rule{{stroke:#e1e4e8}}
text{{font:13px {SANS}}} .m{{font-family:{MONO}}} .k{{font-weight:600}} .n{{font-size:11.5px}} .x{{font-size:9.5px}}
@media(prefers-color-scheme:dark){{
.g{{fill:#14171b}} .b{{fill:#22272e;stroke:#4a535e}} .a{{fill:#1c2b45;stroke:#4f78bd}} .h{{fill:#183322;stroke:#3f8a55}}
.r{{fill:#3d1d1b;stroke:#a9504a}} .t{{fill:#e3e6ea}} .s{{fill:#9aa4b0}} .l{{stroke:#9aa4b0}} .p{{fill:#9aa4b0}} .rule{{stroke:#30363d}}}}
"""


class Picture:
    def __init__(self, width, height, label):
        self.width, self.height, self.label, self.parts = width, height, label, []

    def box(self, x, y, width, height, kind="b"):
        self.parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>')

    def text(self, x, y, text, kind="t", anchor="start"):
        text = html.escape(text)
        self.parts.append(f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}" xml:space="preserve">{text}</text>')

    def arrow(self, x1, y1, x2, y2):
        self.parts.append(f'<path class="l" d="M{x1} {y1}L{x2} {y2}" marker-end="url(#e)"/>')

    def rule(self, y):
        self.parts.append(f'<path class="rule" d="M0 {y}H{self.width}"/>')

    def draw(self):
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img" aria-label="{html.escape(self.label)}">\n<style>{STYLE}</style>\n'
            '<defs><marker id="e" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path class="p" d="M0 0L8 4L0 8z"/></marker></defs>\n'
            f'<rect class="g" width="{self.width}" height="{self.height}"/>\n'
        )
        return head + "\n".join(self.parts) + "\n</svg>\n"


def layers():
    """The floors of the harness, as its test of them has them."""
    source = (ROOT / "harness/tests/layers.rs").read_text()
    table = re.search(r"const HARNESS: &\[&\[&str\]\] = &\[(.*?)\];\n", source, re.S).group(1)
    floors = [re.findall(r'"(\w+)"', line) for line in re.findall(r"&\[([^\]]*)\]", table)]
    floors = [[name for name in floor if name not in ("fuzzed", "private", "pages")] for floor in floors]
    words = {
        "lib": "what a test imports: plugin!, Host, Outcome", "check": "can an artifact work in a host?",
        "xtp": "suites in wasm", "serve": "servers around hosts", "hosts": "ferrite orbis query peers extism",
        "powers": "faults, steady, cost, audit, replay", "engine": "one guest over Extism's ABI",
        "artifact": "the file: build, inspect, strip", "trace": "what happened, as data and text",
        "error": "every error", "import": "imports and their signatures", "text": "quoting, hashes",
    }
    height = 52
    picture = Picture(760, 30 + height * len(floors), "The layers of the harness: each imports from lower ones only")
    for index, floor in enumerate(reversed(floors)):
        y, width = 12 + index * height, (736 - 8 * (len(floor) - 1)) / len(floor)
        for place, name in enumerate(floor):
            x = 12 + place * (width + 8)
            picture.box(round(x, 1), y, round(width, 1), height - 10, "a" if name in ("hosts", "powers") else "b")
            middle = round(x + width / 2, 1)
            picture.text(middle, y + 18, name, "t m k", "middle")
            picture.text(middle, y + 34, words[name], "s n", "middle")
    picture.text(380, 26 + height * len(floors), "an import runs downwards only", "s n", "middle")
    return picture.draw()


def write():
    """The path of SET and GET through a Ferrite host."""
    picture = Picture(760, 250, "SET goes past hooks, write transformers and a backend; GET comes back past read transformers and hooks")
    rows = [
        (30, "SET k v", ["BeforeCommand hook", "OnKeyWrite hook", "write transformers", "backend, or storage"], "+OK",
         ["may abort,", "may change args"], ["may abort,", "may change v"], ["v becomes", "what is kept"], ["asked by the", "key's prefix"]),
        (150, "GET k", ["BeforeCommand hook", "backend, or storage", "read transformers", "OnKeyRead hook"], "v",
         ["may abort,", "may change args"], ["asked by the", "key's prefix"], ["the last writer's", "reader first"], ["may change", "the reply"]),
    ]
    for y, start, steps, end, *notes in rows:
        picture.text(14, y + 30, start, "t m k")
        for index, (step, note) in enumerate(zip(steps, notes)):
            x = 92 + index * 152
            picture.arrow(x - 18, y + 26, x - 2, y + 26)
            kind = "a" if "hook" in step else "h" if "transformers" in step else "b"
            picture.box(x, y, 132, 52, kind)
            first, _, rest = step.partition(" ")
            picture.text(x + 66, y + 23, first, "t k", "middle")
            picture.text(x + 66, y + 41, rest, "t", "middle")
            for line, words in enumerate(note):
                picture.text(x + 66, y + 70 + 15 * line, words, "s n", "middle")
        picture.arrow(682, y + 26, 700, y + 26)
        picture.text(708, y + 30, end, "t m k")
    return picture.draw()


def matrix():
    """The table of conformance, a square for each case and host."""
    lines = (DOCS / "conformance.md").read_text().split("## Cases", 1)[1].split("\n## ", 1)[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    hosts, cases = rows[0][1:], [row for row in rows[2:] if len(row) == len(rows[0])]
    columns = 3
    per = -(-len(cases) // columns)
    cell, width = 11, 258
    picture = Picture(columns * width + 10, 78 + per * cell, "Which of the cases each host passes: green squares, and red ones where it differs")
    for column in range(columns):
        left = 14 + column * width
        for place, host in enumerate(hosts):
            x = left + place * 40
            picture.text(x + 18, 22, host, "s x m", "middle")
        for line, row in enumerate(cases[column * per:(column + 1) * per]):
            for place, result in enumerate(row[1:]):
                kind = "ok" if result in ("·", ".") else "no" if result else "b"
                picture.parts.append(f'<rect class="{kind}" x="{left + place * 40}" y="{30 + line * cell}" width="36" height="{cell - 2}" rx="2"><title>{html.escape(row[0])}: {html.escape(hosts[place])}</title></rect>')
    passed = [sum(row[1 + place] in ("·", ".") for row in cases) for place in range(len(hosts))]
    summary = "   ".join(f"{host} {count}" for host, count in zip(hosts, passed))
    picture.text(14, 54 + per * cell, f"{len(cases)} cases.  {summary}", "t n m")
    return picture.draw()


def failing():
    """A failing test, in the words of the page on testing."""
    text = (DOCS / "testing.md").read_text()
    block = re.search(r"```text\n(boom .*?)```", text, re.S).group(1).rstrip("\n").splitlines()
    picture = Picture(760, 56 + 20 * len(block), "A failing test in a terminal: the panic, the author's frames, the host calls, and the line that makes the call again")
    picture.parts.append(f'<rect x="8" y="8" width="744" height="{40 + 20 * len(block)}" rx="8" fill="#0d1117" stroke="#30363d"/>')
    for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        picture.parts.append(f'<circle cx="{26 + 16 * place}" cy="24" r="5" fill="{colour}"/>')
    for line, words in enumerate(block):
        colour = "#ff7b72" if line == 0 else "#8b949e" if words.endswith(":") else "#e6edf3"
        if "cargo plugsmith" in words:
            colour = "#7ee787"
        words = words if len(words) <= 90 else words[:88] + " .."
        picture.parts.append(f'<text class="m" x="24" y="{54 + 20 * line}" fill="{colour}" xml:space="preserve">{html.escape(words)}</text>')
    return picture.draw()


PICTURES = {"layers.svg": layers, "write.svg": write, "conformance.svg": matrix, "failing.svg": failing}


def main():
    stale = []
    for name, draw in PICTURES.items():
        path, drawn = DOCS / name, draw()
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != drawn:
                stale.append(name)
        else:
            path.write_text(drawn)
    if stale:
        sys.exit(f"{', '.join(stale)}: draw again with docs/pictures.py, and look at the result")


if __name__ == "__main__":
    main()
