#!/usr/bin/env python3
"""check_course: the site of `make course`, built anew: every link leads somewhere,
no page needs a network or JavaScript, and (where Chromium is) no page is wider
than a telephone's screen. Ends with "N passed, N failed, N skipped"."""

import functools
import html
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
WIDTH = 360  # of a small telephone, in CSS pixels
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
passed, failed, skipped = 0, 0, 0


def result(good, text):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print("ok" if good else "FAIL", text)


def skip(text):
    global skipped
    skipped += 1
    print("skipped:", text)


class Page(HTMLParser):
    """The links of a page, and the places in it that a link can lead to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.scripts = [], set(), 0
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.scripts += tag == "script" or any(name.startswith("on") for name in values)
        if "id" in values:
            self.ids.add(values["id"])
        # To read on, a text may point elsewhere; it shows nothing of there.
        self.links += [values[name] for name in ("href", "src") if name in values
                       and not (tag == "a" and values[name].startswith("https://"))]


def check_links(site, pages):
    parsed = {page: Page(f"{site}/{page}") for page in pages}
    for page, content in parsed.items():
        broken = []
        for link in content.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                broken.append(f"{link} (needs a network)")
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(page), unquote(parts.path))) if parts.path else page
            if not os.path.isfile(f"{site}/{target}"):
                broken.append(link)
            elif parts.fragment and target in parsed and unquote(parts.fragment) not in parsed[target].ids:
                broken.append(f"{link} (no such place)")
        result(not broken, f"{page}: {len(content.links)} links" + "".join(f"\n    broken: {link}" for link in broken))
        result(not content.scripts, f"{page}: no JavaScript")


MEASURE = """<!DOCTYPE html><pre id=out></pre><iframe id=f style="width:%dpx;height:800px;border:0"></iframe>
<script>
const pages = %s, widths = {}, frame = document.getElementById('f');
let at = 0;
frame.onload = () => {
  widths[pages[at]] = frame.contentDocument.documentElement.scrollWidth;
  if (++at < pages.length) frame.src = pages[at];
  else document.getElementById('out').textContent = JSON.stringify(widths);
};
frame.src = pages[0];
</script>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def widths(site, pages, scratch):
    """How wide each page is on a small screen, as Chromium lays it out."""
    with open(f"{site}/measure.html", "w", encoding="utf-8") as file:
        file.write(MEASURE % (WIDTH, json.dumps(pages)))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        dom = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-first-run", f"--user-data-dir={scratch}/profile",
             "--virtual-time-budget=60000", "--dump-dom", f"http://127.0.0.1:{server.server_port}/measure.html"],
            capture_output=True, text=True, timeout=120, env=dict(os.environ, HOME=scratch)).stdout
    finally:
        server.shutdown()
    found = re.search(r"<pre id=\"out\">(.*?)</pre>", dom, re.S)
    return json.loads(html.unescape(found[1])) if found and found[1] else {}


missing = [name for name in ("pandoc", "mandoc") if not shutil.which(name)]
if missing:
    skip(f"the course's site: {' and '.join(missing)} missing (make course installs them)")
else:
    with tempfile.TemporaryDirectory(prefix="strata-course.") as top:
        built = subprocess.run([f"{TOP}/lab/course", f"{top}/site"], capture_output=True, text=True)
        result(built.returncode == 0 and not built.stderr, f"lab/course builds the site {built.stderr}")
        site = f"{top}/site"
        pages = sorted(os.path.relpath(os.path.join(d, f), site)
                       for d, _, files in os.walk(site) for f in files if f.endswith(".html"))
        texts = [text[:-3] for text in os.listdir(f"{TOP}/lab") if re.match(r"[0-9A][0-9]-.*\.md$", text)]
        lacking = [text for text in texts if f"{text}.html" not in pages]
        result(texts and not lacking, f"a page for each of {len(texts)} labs {lacking or ''}")
        check_links(site, pages)
        if CHROMIUM:
            measured = widths(site, pages, top)
            for page in pages:
                wide = measured.get(page)
                result(wide is not None and wide <= WIDTH, f"{page}: {wide} pixels wide on a screen of {WIDTH}")
        else:
            skip("the width of the pages: chromium is missing (package chromium)")

print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed != 0)
