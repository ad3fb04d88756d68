#!/usr/bin/env python3
"""kill.py TRAIN_PETS FOLDER [KILLS [OPTION...]]: kills -9 a short training at random moments, also while it goes on after
another kill, or begins in the place of another run (--overwrite). The options are train_pets's, such as --recipe best.

After every kill all files are whole, and none is of a run before that of run.json; every run that goes on to its end leaves
the bytes of one that was never killed.
"""

import json
import os
import random
import shutil
import struct
import subprocess
import sys
import time
import zlib

ARGUMENTS = ["--synthetic", "14", "--validation", "2", "--epochs", "2", "--batch", "3", *sys.argv[4:]]
ENVIRONMENT = dict(os.environ, OMP_WAIT_POLICY="passive")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def parse_safetensors(data):
    """Where its tensors are, their bytes, and its texts."""
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    texts = header.pop("__metadata__")
    return header, data[8 + length :], texts


def check_safetensors(data):
    header, tensors, texts = parse_safetensors(data)
    for name in ("network", "classes", "training", "settings", "report", "best"):
        json.loads(texts.get(name, "null"))
    assert max(t["data_offsets"][1] for t in header.values()) == len(tensors)


def check_png(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, kind = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        assert zlib.crc32(data[at + 4 : at + 8 + size]) == struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0]
        at += 12 + size
    assert kind == b"IEND" and at == len(data)


def check_csv(data):
    lines = data.decode().split("\n")
    assert lines.pop() == "" and len({line.count(",") for line in lines}) == 1


def check_html(data):
    assert data.rstrip().endswith(b"</html>")


CHECKS = {".safetensors": check_safetensors, ".json": json.loads, ".csv": check_csv, ".html": check_html, ".png": check_png}


def check_whole(folder):
    """Every file is whole, but for temporary ones."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            data = read(path)
            kind = os.path.splitext(name)[1]
            if kind != ".tmp":
                try:
                    CHECKS[kind](data)
                except Exception as error:
                    sys.exit(f"FAILED: {path} is not whole: {error!r}")


def results(folder):
    """What a run leaves, without what times are in."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if name == "model.safetensors" or name.endswith(".png"):
                found[os.path.relpath(path, folder)] = read(path)
            elif name.endswith(".safetensors"):  # a checkpoint: with times in its texts
                header, tensors, texts = parse_safetensors(read(path))
                found[name] = header, tensors, texts["best"]
            elif name == "metrics.csv":
                with open(path) as file:
                    found[name] = [line.rsplit(",", 2)[0] for line in file]
            elif name.endswith(".tmp"):
                found[name] = "left over"
    return found


def seeds(folder):
    """Of the run that run.json is of, and those that the other files are of."""
    with open(os.path.join(folder, "run.json")) as file:
        run = json.load(file)["seed"]
    paths = [os.path.join(folder, name) for name in ("last.safetensors", "best.safetensors")]
    texts = [parse_safetensors(read(path))[2] for path in paths if os.path.exists(path)]
    return run, [json.loads(text["settings"])["seed"] for text in texts]


def train(program, folder, more, killed_after=None):
    """Whether it ran to its end."""
    command = [program, *ARGUMENTS, "--out", folder, *more]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    try:
        errors = process.communicate(timeout=killed_after)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        check_whole(folder)
        return False
    if process.returncode != 0:
        sys.exit(f"FAILED: {' '.join(command)}: status {process.returncode}: {errors}")
    return True


def main():
    program, folder, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5
    shutil.rmtree(folder, ignore_errors=True)
    whole, out = os.path.join(folder, "whole"), os.path.join(folder, "killed")
    start = time.monotonic()
    train(program, whole, [])
    seconds = time.monotonic() - start
    check_whole(whole)
    expected = results(whole)

    other = os.path.join(folder, "other")
    train(program, other, ["--seed", "7"])

    dice = random.Random(5)
    kills = runs = 0
    while kills < wanted:
        shutil.rmtree(out, ignore_errors=True)
        more, latest = [], seconds
        if runs % 2 == 1:  # in the place of another run, of which most is lost in the first moments
            shutil.copytree(other, out)
            more, latest = ["--overwrite"], seconds / 4
        while True:
            moment = None if kills == wanted or ("--resume" in more and dice.random() < 0.4) else dice.uniform(0, latest)
            minutes = dice.choice(["0", "10"])  # checkpoints after every batch, or after every epoch alone
            if train(program, out, [*more, "--checkpoint-minutes", minutes], moment):
                break
            kills += 1
            if more != ["--overwrite"]:
                more = ["--resume"]
                continue
            run, others = seeds(out)
            if run != 7:
                more, latest = ["--resume"], seconds
                if 7 in others or os.path.exists(os.path.join(out, "model.safetensors")) and not others:
                    sys.exit(f"FAILED: after {kills} kills, run.json of a new run beside files of the run before")
        runs += 1
        found = results(out)
        different = [name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)]
        if different:
            sys.exit(f"FAILED: after {kills} kills, other than from a run that was not killed: {different}")
    print(f"{kills} kills in {runs} runs: every file whole, every run went on to the same model, metrics and masks")


main()
