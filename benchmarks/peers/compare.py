"""Training and inference of the default U-Net in unetpp and its peers, in turns on the same cores.

Every contestant is a process of its own, started with each of its settings; a framework goes on with the settings that
are within a quarter of its fastest. All but the one whose turn it is are stopped (SIGSTOP), so that no thread of theirs
spins. A turn takes two seconds: a few steps, so that the first, on caches that another has filled, does not decide its
median. The ratios are medians over the rounds of the same round's times.
"""

import argparse
import json
import os
import pathlib
import platform
import select
import signal
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build"
TASKS = (("training", 8), ("training", 32), ("inference", 1), ("inference", 8))
START_LIMIT = 600  # seconds; without units for bfloat16, some need minutes for a step in it
# As PyTorch's tuning guide has it, and on large pages. PyTorch 2.15 still gives memory back between steps with it (seen
# as page faults in every step; with oversize_threshold:0 too), TensorFlow does not.
JEMALLOC = {
    "LD_PRELOAD": "libjemalloc.so.2",
    "MALLOC_CONF": "oversize_threshold:1,background_thread:true,metadata_thp:auto,thp:always,"
    "dirty_decay_ms:9000000000,muzzy_decay_ms:9000000000",
}


class Left(Exception):
    """A contestant that does not take part, and why."""


class Contestant:
    def __init__(self, framework, variant, command, tasks=("training", "inference"), environment=None):
        self.framework, self.variant, self.command, self.tasks = framework, variant, command, tasks
        self.environment = environment or {}


def python_worker(environment, script, variant):
    return [str(BUILD / "peers" / environment / "bin/python"), str(HERE / script), variant]


def contestants():
    for variant, environment in (("-O2", {}), ("-O2, threads that sleep", {"OMP_WAIT_POLICY": "passive"})):
        command = [str(BUILD / "benchmarks/benchmarks/step"), "--worker"]
        yield Contestant("unetpp", variant, command, environment=environment)
    for variant in ("contiguous", "channels_last", "compile", "frozen"):
        tasks = ("inference",) if variant == "frozen" else ("training", "inference")
        command = python_worker("pytorch", "pytorch_worker.py", variant)
        yield Contestant("PyTorch", variant + ", jemalloc", command, tasks, JEMALLOC)
    for variant in ("function", "xla"):
        command = python_worker("tensorflow", "tensorflow_worker.py", variant)
        yield Contestant("TensorFlow", variant + ", jemalloc", command, environment=JEMALLOC)
    for framework, variant in (("ONNX Runtime", "onnxruntime"), ("OpenVINO", "openvino")):
        command = python_worker(variant, "onnx_worker.py", variant)
        yield Contestant(framework, "from ONNX", command, ("inference",))


class Worker:
    def __init__(self, contestant, task, batch, threads, precision):
        self.contestant = contestant
        self.label = f"{contestant.framework} ({contestant.variant})"
        self.seconds = []
        log = BUILD / "peers" / f"{contestant.command[-1].strip('-')}-{task}-{batch}.log"
        if not pathlib.Path(contestant.command[0]).exists():
            raise Left(f"{contestant.command[0]} is not there")
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": str(threads),
            "UNETPP_UNET": str(BUILD / "peers/unet"),
            **contestant.environment,
        }
        command = [*contestant.command, "--task", task, "--batch", str(batch), "--threads", str(threads)]
        command += ["--precision", precision]
        with open(log, "w") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                text=True,
                start_new_session=True,
            )
        try:
            ready = self.read()
            _, self.version, seconds = ready.split("\t")
            self.warm = float(seconds)
            self.stop()
        except (Left, ValueError):
            self.end()
            reason = log.read_text().strip().splitlines()[-1:] or ["no answer"]
            raise Left(f"{reason[0][:150]} ({log.relative_to(BUILD.parent)})") from None
        except BaseException:
            self.end()
            raise

    def signal(self, number):
        os.killpg(self.process.pid, number)

    def stop(self):
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def read(self):
        if not select.select([self.process.stdout], [], [], START_LIMIT)[0]:
            raise Left(f"no answer within {START_LIMIT} s")
        line = self.process.stdout.readline()
        if not line:
            raise Left("it ended")
        return line

    def ask(self, question):
        """Lets the worker run until it has answered."""
        self.signal(signal.SIGCONT)
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        answer = float(self.read())
        self.stop()
        return answer

    def end(self):
        try:
            self.signal(signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def start(task, batch, threads, precision):
    """The workers of a task, each framework's fastest settings only."""
    workers = []
    try:
        for contestant in contestants():
            if task not in contestant.tasks:
                continue
            try:
                worker = Worker(contestant, task, batch, threads, precision)
            except Left as left:
                print(f"  left out: {contestant.framework} ({contestant.variant}): {left}", flush=True)
                continue
            print(f"  {worker.label}: {batch / worker.warm:.2f} images/s when warm", flush=True)
            workers.append(worker)
            mine = [w for w in workers if w.contestant.framework == contestant.framework]
            fastest = min(w.warm for w in mine)
            for w in mine:
                if w.warm > 1.25 * fastest:
                    workers.remove(w)
                    w.end()
    except BaseException:
        for worker in workers:
            worker.end()
        raise
    return workers


def measure(task, batch, threads, rounds, precision):
    """For each framework its version, setting, images a second, times that unetpp is faster, and memory."""
    print(f"{task}, batch {batch}", flush=True)
    workers = start(task, batch, threads, precision)
    try:
        for _ in range(rounds):
            for worker in workers:
                worker.seconds.append(worker.ask("run 2"))
        ours = next(w for w in workers if w.contestant.framework == "unetpp")
        results = {}
        for worker in sorted(workers, key=lambda w: -statistics.median(w.seconds)):  # the fastest of each comes last
            results[worker.contestant.framework] = {
                "version": worker.version,
                "setting": worker.contestant.variant,
                "images_per_second": batch / statistics.median(worker.seconds),
                "ratio": statistics.median(theirs / our for theirs, our in zip(worker.seconds, ours.seconds)),
                "memory_mb": worker.ask("memory"),
                "error": worker.ask("error") if task == "inference" else None,
                "seconds": worker.seconds,
            }
        return results
    finally:
        for worker in workers:
            worker.end()


def cpu_name():
    with open("/proc/cpuinfo") as info:
        names = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(results):
    names = list(dict.fromkeys(f for tasks in results.values() for f in tasks))
    names.sort(key=lambda name: name != "unetpp")
    lines = [
        "| images/s (unetpp is faster by) | "
        + " | ".join(f"{task}, batch {batch}" for task, batch in results)
        + " | memory, training, batch 32 | largest error |",
        "|---" * (len(results) + 3) + "|",
    ]
    for name in names:
        found = {key: tasks[name] for key, tasks in results.items() if name in tasks}
        cells = []
        for key in results:
            r = found.get(key)
            ratio = f" ({r['ratio']:.1f}×)" if r and name != "unetpp" else ""
            cells.append(f"{r['images_per_second']:.1f}{ratio}" if r else "–")
        memory = found.get(("training", 32))
        cells.append(f"{memory['memory_mb']:.0f} MB" if memory else "–")
        errors = [r["error"] for r in found.values() if r["error"] is not None]
        cells.append(f"{max(errors):.1e}" if errors else "–")
        lines.append(f"| {next(iter(found.values()))['version']} | " + " | ".join(cells) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32",
                        help="bfloat16: unetpp's, PyTorch's autocast, TensorFlow's mixed_bfloat16, OpenVINO as it comes; "
                        "ONNX Runtime has float32 only")  # fmt: skip
    names = {f"{task}-{batch}": (task, batch) for task, batch in TASKS}
    parser.add_argument("--tasks", nargs="+", choices=names, default=list(names))
    options = parser.parse_args()
    if os.getloadavg()[0] > 0.5:
        print(f"Other programs are running (load {os.getloadavg()[0]:.1f}): these numbers will be of little worth.")
    results = {}
    for name in options.tasks:
        results[names[name]] = measure(*names[name], options.threads, options.rounds, options.precision)
    print(f"\n{cpu_name()}, {len(os.sched_getaffinity(0))} cores, {options.threads} threads, {options.precision}, "
          f"medians of {options.rounds} rounds in turns\n")  # fmt: skip
    print("\n".join(table(results)) + "\n")
    for (task, batch), found in results.items():
        settings = "; ".join(f"{name}: {r['setting']}" for name, r in found.items() if name != "unetpp")
        peers = [r["ratio"] for name, r in found.items() if name != "unetpp"]
        if peers:
            print(f"{task}, batch {batch}: {min(peers):.1f} times the fastest peer. Fastest settings: {settings}.")
    file = BUILD / f"peers/results-{options.precision}.json"
    file.write_text(json.dumps({f"{t}-{b}": r for (t, b), r in results.items()}, indent=1))


if __name__ == "__main__":
    sys.exit(main())
