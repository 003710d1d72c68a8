"""The examples: those that send a run to a tracker, with stand-ins for the trackers, and one that reads tables."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import pyarrow
import pyarrow.parquet
from PIL import Image

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

    def test_a_parquet_table_of_images_becomes_shards_that_gnomon_reads(self) -> None:
        def encoded(color: tuple[int, int, int], kind: str) -> bytes:
            file = io.BytesIO()
            Image.new("RGB", (12, 10), color).save(file, kind)
            return file.getvalue()

        described = {"info": {"features": {
            "picture": {"_type": "Image"},
            "kind": {"_type": "ClassLabel", "names": ["warm", "cold"]},
        }}}  # fmt: skip
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for split, count in (("train", 9), ("test", 4)):
                table = pyarrow.table(
                    {
                        "picture": [
                            {"bytes": encoded((9 * i, 0, 50), ("PNG", "JPEG")[i % 2]), "path": None}
                            for i in range(count)
                        ],
                        "kind": [i % 2 for i in range(count)],
                    }
                ).replace_schema_metadata({"huggingface": json.dumps(described)})
                pyarrow.parquet.write_table(table, folder / f"{split}-00000-of-00001.parquet")
            result = subprocess.run(
                [sys.executable, EXAMPLES / "parquet_to_shards.py", folder / "shards"]
                + sorted(folder.glob("*.parquet")),
                check=True,
                capture_output=True,
                encoding="utf-8",
            )
            self.assertEqual(result.stdout, "test: 4 images\ntrain: 9 images\n")
            inspected = subprocess.run(
                [find_program(), "data", "inspect", "--dataset", "webdataset"]
                + ["--data", folder / "shards", "--image-size", "8", "--json"],
                check=True,
                capture_output=True,
                encoding="utf-8",
            )
            found = json.loads(inspected.stdout)
            self.assertEqual(found["sizes"]["images"], 13)
            self.assertEqual(found["sizes"]["width"]["least"], 12)
            # Every image of the second table is in the first one too, with its class.
            self.assertEqual(found["duplicates"]["exact_across"], 4)
            self.assertEqual(found["duplicates"]["conflicting_labels"], 0)
            for split, warm, cold in (("train", 5, 4), ("held_out", 2, 2)):
                classes = {kind["name"]: kind["count"] for kind in found["splits"][split]["classes"]}
                self.assertEqual(classes, {"warm": warm, "cold": cold})


if __name__ == "__main__":
    unittest.main()
