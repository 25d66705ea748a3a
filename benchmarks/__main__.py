"""`make bench`: one JSON object a line."""

import json
import sys

from benchmarks import journal, latency, memory, whole_path

BENCHMARKS = {
    "whole_path": whole_path.main,
    "latency": latency.main,
    "journal": journal.main,
    "memory": memory.main,
}


def main(names: list[str]) -> None:
    """Run those named, or all."""
    for name in names or BENCHMARKS:
        for line in BENCHMARKS[name]():
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
