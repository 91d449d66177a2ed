"""The integrators' API: template messages at a steady rate, then lists at size; both with their own words' arguments.

    .venv/bin/python -m benchmarks.api [--rate 50] [--seconds 20] [--conversations 1000000]

Runs `benchmarks.api_sends` on the running installation and `benchmarks.api_lists` on a database of its own, one after
the other, so that neither disturbs the other.
"""

import argparse
import subprocess
import sys


def main():
    asked = arguments()
    run("benchmarks.api_sends", "--rate", asked.rate, "--seconds", asked.seconds)
    run("benchmarks.api_lists", "--conversations", asked.conversations)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=50, help="template messages a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--conversations", type=int, default=1_000_000)
    return parser.parse_args()


def run(module, *words):
    subprocess.run([sys.executable, "-m", module, *map(str, words)], check=True)


if __name__ == "__main__":
    main()
