"""What the workers share: a worker makes one step or inference its own way and takes turns with the others.

compare.py starts it and reads a line "ready<TAB>version<TAB>seconds" once it is warm. Then each line "run SECONDS" is
answered with the median seconds of one step, in a turn of at least that long, "memory" with the most MB of memory that it
has had resident since it became warm, and, of inference, "error" with the largest difference of its logits from those that
pytorch_export.py computed in float64, as a share of the largest of these.
"""

import argparse
import os
import statistics
import sys
import time

import numpy as np

sys.path.append(os.path.join(os.path.dirname(__file__), "../../examples/convert"))  # where the networks are defined

from default_network import CHANNELS, CLASSES, SHAPE  # noqa: E402, F401

answers = os.fdopen(os.dup(1), "w")  # what frameworks print goes elsewhere
os.dup2(2, 1)


def parse(variants):
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=variants)
    parser.add_argument("--task", choices=("training", "inference"), required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    return parser.parse_args()


def file(end):
    """What pytorch_export.py wrote."""
    return os.environ["UNETPP_UNET"] + end


def error(run, batch):
    """run(images) has the logits of a batch; both are arrays of images, rows, columns and channels."""
    images = np.fromfile(file("-images.f32"), np.float32).reshape(-1, *SHAPE, CHANNELS)
    expected = np.fromfile(file("-logits.f64"), np.float64).reshape(-1, *SHAPE, CLASSES)
    logits = np.concatenate([run(images[i : i + batch]) for i in range(0, len(images), batch)])
    return np.abs(logits - expected).max() / np.abs(expected).max()


def turn(step, at_least):
    seconds = []
    begin = start = time.perf_counter()
    while not seconds or start < begin + at_least:
        step()
        end = time.perf_counter()
        seconds.append(end - start)
        start = end
    return statistics.median(seconds)


def peak_memory_mb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


def serve(version, step, run=None, batch=1):
    for _ in range(3):  # compiles, allocates
        step()
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")  # VmHWM begins anew
    print("ready", version, turn(step, 0.5), sep="\t", file=answers, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "run":
            answer = turn(step, float(words[1]))
        else:
            answer = peak_memory_mb() if words[0] == "memory" else error(run, batch)
        print(answer, file=answers, flush=True)
