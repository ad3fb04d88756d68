#!/usr/bin/env python3
"""busy.py STEP [--rounds N]: training and inference with default settings, run by the program `step`, beside a spinning
process of normal priority on each core, against the quiet speed in turns (at least 0.45; a fair share is 0.5), and
training in a control group of one core's quota against one thread there (at least 0.9). Linux. Status 1 below that."""

import argparse
import contextlib
import os
import pathlib
import statistics
import subprocess
import sys


class Worker:
    """A `step --worker`, which runs when it is told to; in a control group if one is given."""

    def __init__(self, step, task, batch, *options, group=None):
        enter = (lambda: (group / "cgroup.procs").write_text(str(os.getpid()))) if group else None
        command = [step, "--worker", "--task", task, "--batch", str(batch), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=enter)
        self.process.stdout.readline()

    def seconds(self, at_least):
        print("run", at_least, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


@contextlib.contextmanager
def busy_cores():
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"],
                                 preexec_fn=lambda core=core: os.sched_setaffinity(0, {core}))
                for core in os.sched_getaffinity(0)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


@contextlib.contextmanager
def group_of_one_core():
    """A new control group of version 1 or 2, or None where none can be made."""
    for mount, quota in (("/sys/fs/cgroup/cpu", {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "100000"}),
                         ("/sys/fs/cgroup", {"cpu.max": "100000 100000"})):
        group = pathlib.Path(mount) / f"unetpp-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            if all((group / name).exists() for name in quota):
                for name, text in quota.items():
                    (group / name).write_text(text)
                yield group
                return
        finally:
            group.rmdir()
    yield None


def report(what, shares, bar):
    share = statistics.median(shares)
    print(f"{what}: {share:.2f} ({min(shares):.2f} to {max(shares):.2f}; at least {bar})", flush=True)
    return share >= bar


def beside_busy_programs(step, task, batch, rounds):
    with contextlib.closing(Worker(step, task, batch)) as worker:
        shares = []
        for _ in range(rounds):
            quiet = worker.seconds(1)
            with busy_cores():
                shares.append(quiet / worker.seconds(2))
    return report(f"{task}, batch {batch}, beside a busy program a core, of the quiet speed", shares, 0.45)


def in_container(step, rounds):
    with group_of_one_core() as group:
        if group is None:
            print("skipped: no control groups can be made here, so without a container of one core")
            return True
        with contextlib.closing(Worker(step, "training", 8, group=group)) as default, \
                contextlib.closing(Worker(step, "training", 8, "--threads", "1", group=group)) as one:
            shares = []
            for _ in range(rounds):
                alone = one.seconds(1)
                shares.append(alone / default.seconds(1))
    return report("training, batch 8, in a container of one core, of one thread's speed", shares, 0.9)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", help="the program")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each (7)")
    options = parser.parse_args()
    results = [beside_busy_programs(options.step, task, batch, options.rounds)
               for task, batch in (("training", 8), ("inference", 1), ("inference", 8))]
    results.append(in_container(options.step, options.rounds))
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
