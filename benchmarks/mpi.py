#!/usr/bin/env python3
"""mpi.py PROGRAM [--rounds N] [--steps N] [--batch N] [--mpi openmpi|mpich]: training by several processes on this machine,
in turns; what each sends; how much of it is hidden behind the backward pass, also over links of 1 and 10 Gbit/s between
network namespaces (as root, with Open MPI; else skipped); and what a model of it predicts for 2 to 64 machines. Linux.
Status 1 where a bar is missed."""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LATENCY = 50e-6  # seconds between two machines: of Ethernet through a switch and the kernels' TCP
LINE = 0.94  # of what a link is called that is left for data: headers of Ethernet, IP and TCP take the rest


def last_json(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, stdin=subprocess.DEVNULL, **more)
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(options, processes, threads):
    cores = len(os.sched_getaffinity(0))
    command = [HERE.parent / "examples" / "mpirun.sh", options.mpi, options.program, "--processes", str(processes),
               "--threads", str(threads), "--allow-run-as-root", "--batch", str(options.batch),
               "--rounds", str(options.steps)]
    if processes * threads > cores:
        command.append("--oversubscribe")
    return last_json(command)


def report(what, value, bar, holds):
    print(f"{what}: {value} ({bar}){'' if holds else ': MISSED'}", flush=True)
    return holds


def processes_and_threads(options):
    """Images a second of several divisions of the cores, against one process, in turns."""
    cores = len(os.sched_getaffinity(0))
    ways = [(1, cores)] + [(p, max(1, cores // p)) for p in (2, cores, 2 * cores) if p > 1]
    ways = list(dict.fromkeys(ways))
    speeds, found = {way: [] for way in ways}, {}
    for _ in range(options.rounds):
        for way in ways:
            found[way] = measure(options, *way)
            speeds[way].append(options.batch / found[way]["hidden"]["seconds" if way[0] > 1 else "seconds"])
    good = True
    print(f"{'processes x threads':<22}{'images/s':>10}{'of one':>8}{'MB sent a step':>16}{'at most':>9}")
    for way in ways:
        share = statistics.median(a / b for a, b in zip(speeds[way], speeds[ways[0]]))
        p = way[0]
        most = 2 * found[way]["parameters"] * 4 * (p - 1) / p + 65536
        print(f"{p:>3} x {way[1]:<16}{statistics.median(speeds[way]):>10.2f}{share:>8.2f}"
              f"{found[way]['bytes_sent'] / 1e6:>16.2f}{most / 1e6 * (p > 1):>9.2f}", flush=True)
        good &= p == 1 or report("  bytes sent", found[way]["bytes_sent"], f"at most {most:.0f}", found[way]["bytes_sent"] <= most)
        if p > 1:
            bar = 0.93 if p * way[1] <= cores else 0.85
            good &= report("  speed of one process's", f"{share:.3f}", f"at least {bar}", share >= bar)
    return good, found


def show_hidden(where, found):
    """Says how much of the communication costs no time; that share."""
    none, behind, hidden = (found[way]["seconds"] for way in ("none", "behind", "hidden"))
    share = 1 - (hidden - none) / max(1e-9, behind - none)
    print(f"{where}: a step of {1000 * none:.0f} ms takes {1000 * behind:.0f} ms with all gradients sent behind it, "
          f"{1000 * hidden:.0f} ms with buckets: {100 * share:.0f} % is hidden", flush=True)
    return share


def predict(found, machines, gbit, latency=LATENCY):
    """Seconds of a step of as many machines, of which each computes what one process of `found` does: its buckets cross the
    link one after the other, each when its gradients are there."""
    done = 0
    for size, ready in found["ready"]:
        done = max(done, ready) + 2 * (machines - 1) / machines * size * 8 / (gbit * 1e9 * LINE) + 2 * latency
    return found["none"]["seconds"] + max(0, done - found["reduced_at"])


def print_predictions(found):
    print(f"\nPredicted share of the speed of machines that need not talk, {found['batch'] // found['processes']} images each "
          f"({1000 * found['none']['seconds']:.0f} ms a step, {found['parameters'] * 4 / 1e6:.0f} MB of gradients):")
    rates = (1, 10, 25, 100)
    print(f"{'machines':<10}" + "".join(f"{rate:>5} Gbit/s" for rate in rates))
    for machines in (2, 4, 8, 16, 32, 64):
        print(f"{machines:<10}" + "".join(
            f"{100 * found['none']['seconds'] / predict(found, machines, rate):>10.0f} %" for rate in rates))


@contextlib.contextmanager
def two_machines(gbit):
    """Two network namespaces with a link of that rate, and a script that starts Open MPI's daemon in the second. None where
    they cannot be made."""
    names = [f"unetpp-{os.getpid()}-{side}" for side in "ab"]
    links = [f"unetpp{os.getpid()}{side}"[:15] for side in "ab"]
    commands = [["ip", "netns", "add", name] for name in names]
    commands.append(["ip", "link", "add", links[0], "type", "veth", "peer", "name", links[1]])
    for i, (name, link) in enumerate(zip(names, links)):
        commands += [["ip", "link", "set", link, "netns", name],
                     ["ip", "-n", name, "addr", "add", f"10.77.0.{i + 1}/24", "dev", link],
                     ["ip", "-n", name, "link", "set", "lo", "up"], ["ip", "-n", name, "link", "set", link, "up"],
                     ["tc", "-n", name, "qdisc", "add", "dev", link, "root", "tbf", "rate", f"{gbit}gbit",
                      "burst", f"{256 * gbit}kb", "latency", "50ms"]]
    with tempfile.TemporaryDirectory() as folder:
        agent = pathlib.Path(folder) / "agent"
        agent.write_text(f"#!/bin/sh\nshift\nexec ip netns exec {names[1]} unshare --uts sh -c \"hostname unetpp-b; $*\"\n")
        agent.chmod(0o755)
        try:
            for command in commands:
                done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                if done.returncode != 0:
                    print(f"skipped: links cannot be made here ({' '.join(command)}: {done.stderr.strip()})")
                    yield None
                    return
            yield ["ip", "netns", "exec", names[0], "mpirun.openmpi", "--allow-run-as-root", "--mca", "plm_rsh_agent",
                   str(agent), "--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", "10.77.0.0/24",
                   "--mca", "oob_tcp_if_include", "10.77.0.0/24", "-H", "10.77.0.1:1,10.77.0.2:1", "--map-by", "node",
                   "--bind-to", "none", "-np", "2"]
        finally:
            for name in names:
                subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL)


def over_links(options):
    good = True
    if options.mpi != "openmpi" or os.geteuid() != 0 or len(os.sched_getaffinity(0)) < 2:
        print("skipped: links of 1 and 10 Gbit/s need root, Open MPI and two cores")
        return good
    cores = sorted(os.sched_getaffinity(0))
    for gbit in (1, 10):
        with two_machines(gbit) as start:
            if start is None:
                return good
            bound = f"core=$OMPI_COMM_WORLD_RANK; [ $core = 0 ] && core={cores[0]} || core={cores[1]}; exec taskset -c $core \"$@\""
            found = last_json([*start, "-x", "OMP_NUM_THREADS", "sh", "-c", bound, "sh", options.program, "--batch",
                               str(options.batch), "--rounds", str(options.steps * options.rounds)],
                              env={**os.environ, "OMP_NUM_THREADS": "1"})
        share = show_hidden(f"2 processes over {gbit} Gbit/s", found)
        predicted = predict(found, 2, gbit)
        print(f"  the model: {1000 * predicted:.0f} ms; measured {1000 * found['hidden']['seconds']:.0f} ms")
        good &= gbit > 1 or report("  hidden", f"{share:.2f}", "at least 0.6", share >= 0.6)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the program benchmarks/mpi")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (5)")
    parser.add_argument("--steps", type=int, default=4, help="steps a turn (4)")
    parser.add_argument("--batch", type=int, default=32, help="images a step (32)")
    parser.add_argument("--mpi", choices=("openmpi", "mpich"), default="openmpi", help="that PROGRAM is built with")
    options = parser.parse_args()
    good, found = processes_and_threads(options)
    two = next(f for way, f in found.items() if way[0] == 2)
    show_hidden("2 processes on this machine", two)
    good &= over_links(options)
    print_predictions(two)
    sys.exit(not good)


if __name__ == "__main__":
    main()
