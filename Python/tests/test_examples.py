"""The examples that send a run to a tracker, with stand-ins for the trackers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from gnomon.program import find_program

EXAMPLES = Path(__file__).parents[2] / "Examples" / "python"

#: Prints what is logged, as a module or as the run that a with statement gets.
TRACKER = """
import json
class Run:
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def log(self, values, step): log(values, step)
def init(project, name): print(json.dumps([project, name])); return Run()
def log(values, step): print(json.dumps([step, values]))
def finish(): pass
"""


class ExampleTests(unittest.TestCase):
    def test_a_tracker_gets_each_step_once_with_metrics_and_figures(self) -> None:
        for tracker in ("wandb", "trackio"):
            with self.subTest(tracker), tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                (folder / f"{tracker}.py").write_text(TRACKER, "utf-8")
                run = folder / "mine"
                run.mkdir()
                (run / "metrics.jsonl").write_text(
                    '{"epoch":1,"loss":5.5,"step":1}\n{"epoch":2,"loss":4.5,"step":2}\n', "utf-8"
                )
                (run / "geometry.jsonl").write_text(
                    '{"dimension":4,"epoch":2,"layer":"h","n":60,"rankme":3.5,"step":2}\n', "utf-8"
                )
                path = f"{Path(find_program()).parent}{os.pathsep}{os.environ['PATH']}"
                result = subprocess.run(
                    [sys.executable, EXAMPLES / f"to_{tracker}.py", run],
                    env={**os.environ, "PATH": path, "PYTHONPATH": str(folder)},
                    check=True,
                    capture_output=True,
                    encoding="utf-8",
                )
                first, *logged = [json.loads(line) for line in result.stdout.splitlines()]
                self.assertEqual(first, ["gnomon", "mine"])
                self.assertEqual([step for step, _ in logged], [1, 2])
                self.assertEqual(logged[0][1]["train/loss"], 5.5)
                self.assertEqual(logged[1][1]["rankme/h"], 3.5)
                self.assertEqual(logged[1][1]["train/loss"], 4.5)


if __name__ == "__main__":
    unittest.main()
