"""An environment in which a benchmark neither meets a person's own files nor leaves any behind."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def nobody(base: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """`base` (or this environment without AWS) with an empty home of its own."""
    with tempfile.TemporaryDirectory(prefix="hatchway-bench-") as home:
        plain = {
            name: value
            for name, value in (os.environ if base is None else base).items()
            if not name.startswith(("XDG_", *(("AWS_",) if base is None else ())))
        }
        yield plain | {"HOME": home, "PYTHONPATH": str(Path(__file__).parents[2])}
