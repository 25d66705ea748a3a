"""`make bench`: one JSON object a line."""

import json
import sys

from benchmarks import (
    allocation,
    blotter,
    codec,
    coinbasis_book,
    journal,
    latency,
    lots,
    memory,
    sessions,
    whole_path,
)

BENCHMARKS = {
    "allocation": allocation.main,
    "codec": codec.main,
    "lots": lots.main,
    "coinbasis": coinbasis_book.main,
    "whole_path": whole_path.main,
    "latency": latency.main,
    "sessions": sessions.main,
    "journal": journal.main,
    "memory": memory.main,
    "blotter": blotter.main,
}


def main(names: list[str]) -> None:
    """Run those named, or all."""
    for name in names or BENCHMARKS:
        for line in BENCHMARKS[name]():
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
