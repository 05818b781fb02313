#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes what bench/multimodal.sh measures with out of a folder of media: frames of 320 pixels, and a long recording.

Usage: multimodal-inputs.py MEDIA TARGET
TARGET/frames gets each photograph and picture with text of the manifest as a JPEG whose longer side has 320 pixels,
TARGET/audio.wav the speech, again and again until it is five minutes long. Needs Pillow and numpy.
"""
import json
import pathlib
import sys
import wave

from PIL import Image

SIDE, SECONDS = 320, 300


def main(media, target):
    media, target = pathlib.Path(media), pathlib.Path(target)
    (target / "frames").mkdir(parents=True, exist_ok=True)
    items = [json.loads(line) for line in (media / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    for item in items:
        if item["kind"] not in ("photo", "ocr"):
            continue
        image = Image.open(media / item["file"]).convert("RGB")
        scale = SIDE / max(image.size)
        size = [max(1, round(length * scale)) for length in image.size]
        # A camera's frames have one shape: narrow pictures are put on a white ground of 4 to 3.
        frame = Image.new("RGB", (SIDE, max(SIDE * 3 // 4, size[1])), "white")
        frame.paste(image.resize(size, Image.LANCZOS), ((SIDE - size[0]) // 2, 0))
        frame.save(target / "frames" / f"{pathlib.Path(item['file']).stem}.jpg", quality=90)
    parts = []
    for item in items:
        if item["kind"] == "speech":
            with wave.open(str(media / item["file"])) as recording:
                if recording.getparams()[:3] == (1, 2, 16_000):
                    parts.append(recording.readframes(recording.getnframes()))
    if not parts:
        sys.exit(f"error: {media} has no speech of 16,000 samples a second.")
    speech = b"".join(parts)
    count = 2 * 16_000 * SECONDS
    with wave.open(str(target / "audio.wav"), "wb") as recording:
        recording.setparams((1, 2, 16_000, 0, "NONE", ""))
        recording.writeframes((speech * (count // len(speech) + 1))[:count])


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
