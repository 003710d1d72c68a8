"""The package against the program that GNOMON names; run by Tools/check-python.sh."""

from __future__ import annotations

import errno
import subprocess
import sys
import tempfile
import time
import types
import unittest
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy

import gnomon
from gnomon.program import find_program


def rows(count: int = 60, dimension: int = 8, seed: int = 0) -> numpy.ndarray:
    return numpy.random.default_rng(seed).standard_normal((count, dimension))


def until(condition: Callable[[], object]) -> None:
    """Waits for a condition, a minute at most."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError


def is_running(process: int) -> bool:
    """Whether a process is there and not a remnant that nobody has waited for."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Tensor:
    """What is used of a tensor of PyTorch, which these tests do without."""

    def __init__(self, values: numpy.ndarray, layout: str = "torch.strided", dtype: str = "torch.float64") -> None:
        self.values = values
        self.layout = layout
        self.dtype = dtype
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Callable[[], object]:
        if name not in ("detach", "cpu", "to_dense", "float", "resolve_conj", "resolve_neg", "numpy"):
            raise AttributeError(name)

        def call() -> object:
            self.calls.append(name)
            return self.values if name == "numpy" else self

        return call


class MeasuringTests(unittest.TestCase):
    def test_a_rank_is_that_of_its_closed_form(self) -> None:
        # Four orthogonal directions, each both ways: four equal singular values after centring.
        h = numpy.concatenate([numpy.eye(4), -numpy.eye(4)] * 10)
        figures = gnomon.measure(h)
        self.assertAlmostEqual(figures["h"]["effective_rank"], 4, places=6)
        self.assertAlmostEqual(figures["h"]["participation_ratio"], 4, places=6)
        self.assertEqual((figures["h"].n, figures["h"].dimension), (80, 4))
        self.assertIn("effective_rank", figures["h"].conventions)
        self.assertGreaterEqual(len(figures["h"].spectrum), 4)

    def test_more_is_measured_where_more_is_given(self) -> None:
        h, z = rows(), rows(dimension=4, seed=1)
        alone = gnomon.measure(h)
        figures = gnomon.measure(
            h, z, views=h + 0.1, projection_views=z + 0.1, labels=numpy.arange(60) % 3
        )
        self.assertEqual(list(figures), ["h", "z"])
        self.assertNotIn("alignment", alone["h"])
        self.assertIn("alignment", figures["h"])
        self.assertIn("between_class_share", figures["h"])
        self.assertEqual(figures.flat("x/")["x/z/rankme"], figures["z"]["rankme"])

    def test_layers_stand_in_the_order_of_the_network(self) -> None:
        names = ["z", "head.2", "h", "block10", "block2", "head.1", "stage3", "stage1", "x"]
        layer = {"n": 1, "dimension": 1}
        self.assertEqual(
            list(gnomon.figures.Figures({name: layer for name in names})),
            ["stage1", "block2", "stage3", "block10", "h", "head.1", "head.2", "z", "x"],
        )

    def test_a_file_and_an_array_measure_alike(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "h.npy"
            numpy.save(path, rows())
            self.assertEqual(dict(gnomon.measure(path)["h"]), dict(gnomon.measure(rows())["h"]))

    def test_a_tensor_leaves_its_graph_and_a_list_is_an_array(self) -> None:
        expected = gnomon.measure(rows())["h"]["rankme"]
        self.assertEqual(gnomon.measure(Tensor(rows()))["h"]["rankme"], expected)
        self.assertEqual(gnomon.measure(rows().tolist())["h"]["rankme"], expected)
        self.assertEqual(gnomon.measure([Tensor(row) for row in rows()])["h"]["rankme"], expected)
        sparse = Tensor(rows(), layout="torch.sparse_coo", dtype="torch.bfloat16")
        gnomon.measure(sparse)
        self.assertEqual(sparse.calls, ["detach", "cpu", "to_dense", "float", "resolve_conj", "resolve_neg", "numpy"])

    def test_masked_rows_are_refused_and_a_mask_of_nothing_is_none(self) -> None:
        h = numpy.ma.masked_array(rows(), mask=False)
        self.assertEqual(dict(gnomon.measure(h)["h"]), dict(gnomon.measure(rows())["h"]))
        h[3, 2] = numpy.ma.masked
        with self.assertRaisesRegex(ValueError, "masked"):
            gnomon.measure(h)

    def test_rows_without_room_are_an_error_and_a_place_without_room_is_passed_over(self) -> None:
        full = OSError(errno.ENOSPC, "No space left on device")
        with mock.patch("numpy.lib.format.write_array", side_effect=full):
            with self.assertRaisesRegex(gnomon.GnomonError, "no room for 3840 bytes of rows in .*No space left"):
                gnomon.measure(rows())
        write = numpy.lib.format.write_array
        tries = []

        def once_full(*what: object, **options: object) -> None:
            tries.append(what)
            if len(tries) == 1:
                raise full
            write(*what, **options)

        with mock.patch("numpy.lib.format.write_array", side_effect=once_full):
            with mock.patch("gnomon.measuring._is_roomy", return_value=True):
                self.assertEqual(gnomon.measure(rows().tolist())["h"].n, 60)
        self.assertEqual(len(tries), 2)

    def test_a_killed_process_leaves_neither_files_nor_the_program(self) -> None:
        if not Path("/proc/self/task").exists():
            self.skipTest("children are found under /proc")
        before = set(Path("/dev/shm").glob("gnomon-*"))
        script = "import gnomon, numpy; gnomon.measure(numpy.random.default_rng(0).standard_normal((60000, 1024)))"
        process = subprocess.Popen([sys.executable, "-c", script])
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until(lambda: children.read_text().split())
        child = int(children.read_text().split()[0])
        process.terminate()
        process.wait()
        until(lambda: not is_running(child))
        self.assertEqual(set(Path("/dev/shm").glob("gnomon-*")) - before, set())

    def test_what_is_refused_is_the_programs_line(self) -> None:
        h = rows()
        h[3, 2] = numpy.nan
        with self.assertRaises(gnomon.GnomonError) as refused:
            gnomon.measure(h)
        self.assertNotIn("\n", str(refused.exception))
        self.assertIn("--drop-nan", str(refused.exception))
        self.assertTrue(str(refused.exception).startswith("h: 1 of 60 rows"))
        with self.assertWarnsRegex(UserWarning, "left out 1 of 60 rows"):
            self.assertEqual(gnomon.measure(h, drop_nan=True)["h"].n, 59)
        with self.assertRaisesRegex(gnomon.GnomonError, "^labels holds 3 labels, h 60 rows"):
            gnomon.measure(rows(), labels=[0, 1, 2])
        with self.assertRaisesRegex(gnomon.GnomonError, "must be a number above 0"):
            gnomon.measure(rows(), temperature=-1)
        with self.assertRaisesRegex(gnomon.GnomonError, "-h.npy"):
            gnomon.measure("-h.npy")
        with self.assertRaises(ValueError):
            gnomon.measure(numpy.array([["a"]], dtype=object))

    def test_a_program_that_is_not_there_is_said(self) -> None:
        with mock.patch.dict("os.environ", {"GNOMON": "/nowhere/gnomon"}):
            with self.assertRaisesRegex(gnomon.GnomonError, "/nowhere/gnomon"):
                gnomon.measure(rows())

    def test_another_program_is_said(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name, text, reason in [
                ("echo", "#!/bin/sh\necho hello", "is no gnomon"),
                ("empty", "#!/bin/sh\necho '{}'", "is no gnomon"),
                ("bytes", "#!/bin/sh\nprintf '\\377' >&2; exit 3", "\ufffd"),
                ("bad", "#!/nowhere/sh\n", "cannot be started"),
            ]:
                path = Path(folder) / name
                path.write_text(text)
                path.chmod(0o755)
                with mock.patch.dict("os.environ", {"GNOMON": str(path)}):
                    with self.assertRaisesRegex(gnomon.GnomonError, reason):
                        gnomon.measure(rows())

    def test_figures_show_as_a_table(self) -> None:
        page = gnomon.measure(rows(), rows(seed=1))._repr_html_()
        self.assertIn("<th>h</th><th>z</th>", page)
        self.assertIn("<th>rankme</th>", page)
        self.assertIn("<th>effective_rank@gaussian</th>", page)

    def test_controls_stand_beside_the_figures(self) -> None:
        layer = gnomon.measure(rows())["h"]
        self.assertNotIn("controls", layer)
        self.assertGreater(layer.controls["gaussian"]["effective_rank"], 1)
        self.assertTrue(all(isinstance(value, float | int) for value in layer.values()))


class RunTests(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name) / "mine"
        self.folder.mkdir()
        (self.folder / "metrics.jsonl").write_text(
            '{"epoch":0.5,"loss":5.5,"step":1}\n{"epoch":1,"step":2}\n{"epo', "utf-8"
        )
        (self.folder / "geometry.jsonl").write_text(
            '{"dimension":4,"epoch":1,"layer":"h","n":60,"rankme":3.5,"step":2}\n', "utf-8"
        )

    def check(self, run: gnomon.Run) -> None:
        self.assertEqual(run.name, "mine")
        self.assertEqual(list(run.metrics["step"]), [1, 2])
        self.assertEqual(run.metrics["loss"][0], 5.5)
        self.assertTrue(numpy.isnan(run.metrics["loss"][1]))
        self.assertEqual(list(run.figures["layer"]), ["h"])
        self.assertEqual(list(run.figures["rankme"]), [3.5])
        self.assertIsNone(run.summary)
        self.assertIn("mine", run._repr_html_())

    def test_a_run_without_pandas_is_columns(self) -> None:
        with mock.patch.dict(sys.modules, {"pandas": None}):
            run = gnomon.read_run(self.folder)
        self.assertIsInstance(run.metrics, dict)
        self.check(run)

    def test_a_run_with_pandas_is_data_frames(self) -> None:
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not installed")
        run = gnomon.read_run(self.folder)
        self.assertIsInstance(run.metrics, pandas.DataFrame)
        self.check(run)

    def test_a_folder_that_is_no_run_is_refused(self) -> None:
        with self.assertRaisesRegex(gnomon.GnomonError, "no run folder"):
            gnomon.read_run(self.folder / "nothing")
        with self.assertRaisesRegex(gnomon.GnomonError, "no run folder"):
            gnomon.read_run(self.folder.parent)

    def test_a_damaged_summary_is_said(self) -> None:
        for text in ['{"lay', "", "[]"]:
            (self.folder / "summary.json").write_text(text)
            with self.assertRaisesRegex(gnomon.GnomonError, "summary.json is damaged"):
                gnomon.read_run(self.folder)
        (self.folder / "summary.json").write_text("{}")
        self.assertIn("table", gnomon.read_run(self.folder)._repr_html_())

    def test_a_server_shows_the_same_run(self) -> None:
        (self.folder / "config.yaml").write_text("strength: 0.5\nseed: 0\n", "utf-8")
        with (self.folder / "geometry.jsonl").open("a") as file:
            file.write(
                '{"controls":{"gaussian":{"rankme":9}},"dimension":4,"epoch":1,"invariance_at":{"0.5":0.25},'
                '"layer":"z","n":60,"rankme":2,"spectrum":[0],"step":2}\n'
            )
        command = [find_program(), "serve", str(self.folder.parent), "--port", "0", "--no-store"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
            try:
                server = gnomon.Server(serving.stdout.readline().strip())
                for _ in range(100):
                    runs = server.runs(columns=["strength", "h.nothing"], text="mine")
                    if len(runs["id"]):
                        break
                    time.sleep(0.1)
                self.assertEqual(list(runs["name"]), ["mine"])
                self.assertEqual(runs["strength"][0], 0.5)
                self.assertTrue(numpy.isnan(runs["h.nothing"][0]))
                self.assertEqual(len(server.runs(state="running")["id"]), 0)
                both = server.runs(set=["strength=0.5", "seed=0"], columns=["id", "folder", "n"])
                self.assertEqual((list(both["id"]), list(both["folder"])), (list(runs["id"]), list(runs["folder"])))
                self.assertEqual(len(server.runs(set=["strength=0.5", "seed=1"])["id"]), 0)
                self.assertIn("n", server.runs(columns="n"))
                with self.assertRaises(TypeError):
                    server.runs(stat="running")
                served, read = server.read_run(runs["id"][0]), gnomon.read_run(self.folder)
                self.assertEqual(sorted(served.figures), sorted(read.figures))
                for key in ["layer", "rankme", "rankme@gaussian", "invariance_at.0.5"]:
                    numpy.testing.assert_array_equal(served.figures[key], read.figures[key])
                with self.assertRaisesRegex(gnomon.GnomonError, "run"):
                    server.read_run("../elsewhere")
            finally:
                serving.terminate()
        with self.assertRaisesRegex(gnomon.GnomonError, "http://127.0.0.1"):
            server.runs()


class ServerTests(unittest.TestCase):
    def test_the_line_that_a_server_prints_has_its_token(self) -> None:
        server = gnomon.Server("http://127.0.0.1:1/?token=secret")
        self.assertEqual((server.address, server.token), ("http://127.0.0.1:1", "secret"))
        self.assertEqual(gnomon.Server("http://127.0.0.1:1", "own").token, "own")
        with self.assertRaises(gnomon.GnomonError):
            gnomon.Server("").runs()

    def test_a_refusal_is_in_the_servers_words(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [find_program(), "serve", folder, "--port", "0", "--no-store", "--host", "0.0.0.0"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
                try:
                    line = serving.stdout.readline().strip()
                    self.assertEqual(len(gnomon.Server(line).runs()["id"]), 0)
                    with self.assertRaisesRegex(gnomon.GnomonError, "token"):
                        gnomon.Server(line.partition("?")[0]).runs()
                finally:
                    serving.terminate()


class MonitorTests(unittest.TestCase):
    def test_a_loop_is_measured_at_every_nth_step(self) -> None:
        logged: list[tuple[dict[str, float], int]] = []
        monitor = gnomon.EmbeddingMonitor(every=2, log=lambda *what: logged.append(what))
        for step in range(4):
            monitor(step, rows(seed=step))
        table = monitor.table("rankme")
        self.assertEqual(table["step"], [0, 2])
        self.assertEqual(table["h"][1], gnomon.measure(rows(seed=2))["h"]["rankme"])
        self.assertEqual([step for _, step in logged], [0, 2])
        self.assertIn("gnomon/h/rankme", logged[0][0])

    def test_the_callback_logs_after_each_validation_epoch(self) -> None:
        package = types.ModuleType("lightning.pytorch")
        package.Callback = type("Callback", (), {})  # type: ignore[attr-defined]
        stands_in = {"lightning": types.ModuleType("lightning"), "lightning.pytorch": package}
        with mock.patch.dict(sys.modules, stands_in):
            from gnomon.lightning import EmbeddingCallback
        for options, mistake in [
            ({"every": 0}, ValueError), ({"figures": ["rankmee"]}, ValueError), ({"sampel": 3}, TypeError)
        ]:
            with self.assertRaises(mistake):
                EmbeddingCallback(lambda module, batch: batch, **options)
        EmbeddingCallback(lambda module, batch: batch, figures=["invariance_at.0.5"], sample=30)
        callback = EmbeddingCallback(
            lambda module, batch: [batch, batch[:, :4]], limit=50, figures=["rankme"]
        )
        trainer = types.SimpleNamespace(
            sanity_checking=False, current_epoch=0, is_global_zero=True
        )
        module = mock.Mock()
        callback.on_validation_epoch_start(trainer, module)
        for index in range(3):
            batch = rows(count=20, seed=index)
            callback.on_validation_batch_end(trainer, module, None, batch, index)
        callback.on_validation_epoch_end(trainer, module)
        (logged,), options = module.log_dict.call_args
        self.assertEqual(sorted(logged), ["gnomon/h/rankme", "gnomon/z/rankme"])
        self.assertEqual(options, {"rank_zero_only": True})
        whole = numpy.concatenate([rows(count=20, seed=index) for index in range(3)])[:50]
        self.assertEqual(logged["gnomon/h/rankme"], gnomon.measure(whole)["h"]["rankme"])


if __name__ == "__main__":
    unittest.main()
