#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the small pictures and recordings that tests read.

Usage: media_samples.py Tests/MediaRecognitionTests/Fixtures
Needs Pillow (whose own font draws the words), soundfile and numpy from PyPI, and espeak-ng from Debian.
"""
import io
import pathlib
import subprocess
import sys

import numpy
import soundfile
from PIL import Image, ImageDraw, ImageFont

ORIENTATION = 0x0112


def written(lines, size):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=32)
    for row, line in enumerate(lines):
        draw.text((40, 36 + 72 * row), line, font=font, fill="black")
    return image


def jpeg(image, orientation=None, **options):
    target = io.BytesIO()
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    image.save(target, "JPEG", quality=85, exif=exif, **options)
    return target.getvalue()


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    page = written(["Platform 9 closes at 10:30", "Please mind the gap"], (560, 200))
    page.convert("L").quantize(16).save(folder / "page.png", optimize=True)
    sign = written(["Meeting room 24"], (400, 120))
    (folder / "turned.jpg").write_bytes(jpeg(sign.rotate(180), orientation=3))
    # A picture whose quarters tell how it is held: red, green, blue, white from the upper left by rows.
    quarters = Image.new("RGB", (24, 16), "white")
    for place, colour in {(0, 0): "red", (12, 0): "lime", (0, 8): "blue"}.items():
        quarters.paste(colour, (*place, place[0] + 12, place[1] + 8))
    (folder / "quarters.jpg").write_bytes(jpeg(quarters, subsampling=0))
    (folder / "progressive.jpg").write_bytes(jpeg(quarters, progressive=True))
    quarters.save(folder / "quarters.png")
    speech = subprocess.run(
        ["espeak-ng", "-v", "en-us+m3", "-s", "130", "--stdout", "one two three four five"], check=True, capture_output=True)
    samples, rate = soundfile.read(io.BytesIO(speech.stdout))
    soundfile.write(folder / "speech.flac", samples, rate, subtype="PCM_16")
    time = numpy.arange(4_410) / 44_100
    stereo = numpy.stack([0.5 * numpy.sin(2 * numpy.pi * 1_000 * time), 0 * time], axis=1)
    soundfile.write(folder / "stereo.wav", stereo, 44_100, subtype="FLOAT")


if len(sys.argv) != 2:
    sys.exit(__doc__.strip())
main(sys.argv[1])
