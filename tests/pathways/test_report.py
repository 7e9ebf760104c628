from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from casefinder.cases import OutcomeStatus
from casefinder.errors import CasefinderError
from casefinder.pathways import treatment_paths
from casefinder.pathways.report import report_html, write_report
from casefinder.pathways.sankey import sankey_svg
from tests.pathways.material import PCI_PATH, heart_attacks, made_hit

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
CHROMIUM = next((found for name in BROWSERS if (found := shutil.which(name))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine; install one (apt-get install chromium) to check the report"
)
_HEIGHT = 800  # px
_LINKS = re.compile(r"""(?:src|href|action|data|poster|srcset)\s*=|url\(|@import|https?:(?!//www\.w3\.org/2000/svg)""")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    evidence = treatment_paths(heart_attacks(), question="胸痛伴冷汗，黑便")
    write_report(evidence, path, question="胸痛伴冷汗，黑便", zh=True, with_cases=True)
    return path


def test_report_loads_nothing_from_anywhere(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert _LINKS.findall(text) == []
    assert "<script" not in text
    assert "default-src 'none'" in text


def test_report_shows_the_flow_the_flags_and_the_standing_sentence(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert text.count('<svg class="sankey"') == 2
    assert "与主诉不符，请核对" in text
    assert "并非治疗建议" in text
    assert "Noto Sans CJK SC" in text


def test_words_of_a_record_cannot_become_markup() -> None:
    evidence = treatment_paths([made_hit(i, heart_attacks()[1].case.treatment_path) for i in range(6)])
    text = report_html(evidence, question="<img src=x onerror=alert(1)>", zh=False)
    assert "<img" not in text
    assert "&lt;img src=x" in text


@pytest.mark.parametrize("zh", [True, False])
def test_no_percentage_stands_beside_fewer_patients_than_the_limit(zh: bool) -> None:
    evidence = treatment_paths(heart_attacks(9, 4, 2), small_cell=5)
    text = report_html(evidence, question="chest pain", zh=zh, with_cases=True)
    for count, n in re.findall(r"\d+% \[\d+%–\d+%\], (\d+)/(\d+)", text):
        assert int(n) >= 5
        assert int(count) <= int(n)
    small = evidence.variants[1]
    section = text.split(f"<h3>{small.id} · ")[1].split("</section>")[0]
    assert re.findall(r"\d%(?! *[;\"])", re.sub(r'style="[^"]*"', "", section)) == []


@pytest.mark.parametrize("width", [920, 350])
@pytest.mark.parametrize("zh", [True, False])
def test_every_label_of_the_flow_lies_within_it(zh: bool, width: int) -> None:
    left = OutcomeStatus.LEFT_AGAINST_ADVICE  # the longest label
    hits = [*heart_attacks(), *(made_hit(100 + i, PCI_PATH, status=left) for i in range(3))]
    drawn = sankey_svg(treatment_paths(hits), zh=zh, width=width, with_later=width > 500)
    labels = re.findall(r'<text x="([\d.]+)"[^>]*font-size="(\d+)">([^<]+)<', drawn)
    assert any(("自动出院" if zh else "left against advice") in words for _, _, words in labels)
    for x, size, words in labels:
        assert float(x) + sum(int(size) * (1 if letter > "\u2e7f" else 0.55) for letter in words) <= width


def test_ways_of_few_patients_are_told_without_a_table() -> None:
    text = report_html(treatment_paths(heart_attacks(12, 8, 2)), question="chest pain", zh=False)
    section = text.split("<h3>C · ")[1].split("</section>")[0]
    assert "electrocardiogram → aspirin" in section
    assert "H0020, H0021" in section
    assert "<table" not in section


def test_an_answer_without_patients_is_a_report_too() -> None:
    assert "0 patients" in report_html(treatment_paths([]), question="x", zh=False)


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(CasefinderError, match=r"The report cannot be written to .*Name another file"):
        write_report(treatment_paths([]), tmp_path / "none" / "r.html", question="x", zh=False)


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_report_is_drawn_within_the_width_of_the_screen(report: Path, tmp_path: Path, width: int) -> None:
    image = tmp_path / "report.png"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1"]
    options += ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    options += ["--disable-sync"]
    # No name is resolved: a request to any other host would fail and leave its trace in what is drawn.
    options += [f"--user-data-dir={tmp_path / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND"]
    options += [f"--window-size={width},{_HEIGHT}", f"--screenshot={image}", report.as_uri()]
    done = subprocess.run([str(CHROMIUM), *options], capture_output=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr[-400:]
    pixels = pixels_of(image)
    assert pixels.shape == (_HEIGHT, width, 3)
    # Something is drawn, in several colours, and nothing is cut off by the right edge.
    assert len(np.unique(pixels[::3, ::3].reshape(-1, 3), axis=0)) > 20
    assert (pixels[:, -4:] == 255).all()


def pixels_of(image: Path) -> NDArray[np.uint8]:
    """Read a PNG of 8-bit RGB or RGBA; rows x columns x RGB."""
    data, place, packed = image.read_bytes(), 8, b""
    width = height = channels = 0
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + size]
        if kind == b"IHDR":
            width, height, _, colour = struct.unpack(">IIBB", body[:10])
            channels = {2: 3, 6: 4}[colour]
        packed += body if kind == b"IDAT" else b""
        place += size + 12
    lines = np.frombuffer(zlib.decompress(packed), dtype=np.uint8).reshape(height, 1 + width * channels)
    rows = np.zeros((height + 1, width, channels), dtype=np.uint8)
    for y, line in enumerate(lines):
        rows[y + 1] = unfiltered(int(line[0]), line[1:].reshape(width, channels), rows[y])
    return rows[1:, :, :3]


def unfiltered(method: int, row: NDArray[np.uint8], above: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Undo one of the five filters of PNG (RFC 2083, section 6)."""
    if method < 3:
        return (row, np.cumsum(row, axis=0, dtype=np.uint8), row + above)[method]
    whole, left, corner = row.tolist(), [0] * row.shape[1], [0] * row.shape[1]
    for x, up in enumerate(above.tolist()):
        for c, value in enumerate(whole[x]):
            guess = (left[c] + up[c]) // 2 if method == 3 else paeth(left[c], up[c], corner[c])
            whole[x][c] = (value + guess) & 255
        left, corner = whole[x], up
    return np.array(whole, dtype=np.uint8)


def paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
