# SPDX-License-Identifier: Apache-2.0
"""What the reports in bench/ say of the machine."""
import os
import pathlib
import platform
import subprocess

FLAGS = ["avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_int8",
         "asimd", "asimddp", "i8mm", "sve"]


def first_value(path, keys):
    """The first value of one of the keys in a file of `key : value` lines."""
    for line in pathlib.Path(path).read_text().splitlines() if os.path.exists(path) else []:
        key, _, value = line.partition(":")
        if key.strip() in keys:
            return value.strip()
    return ""


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip()
    except OSError:
        return ""


def machine(threads, **versions):
    flags = set(first_value("/proc/cpuinfo", ["flags", "Features"]).split())
    swift = output_of("swift", "--version").partition("Swift version ")[2].split(" ")[0]
    return {
        "cpu": first_value("/proc/cpuinfo", ["model name"]) or platform.processor() or platform.machine(),
        "cores": os.cpu_count(), "threads": threads, "isa": [flag for flag in FLAGS if flag in flags],
        "os": f"{platform.system()} {platform.release()} {platform.machine()}", "swift": swift,
        "ours": output_of("git", "rev-parse", "--short", "HEAD"), **versions,
    }
