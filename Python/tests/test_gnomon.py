"""The package against the program that GNOMON names; run by Tools/check-python.sh."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import types
import unittest
from pathlib import Path
from unittest import mock

import numpy

import gnomon
from gnomon.program import find_program


def rows(count: int = 60, dimension: int = 8, seed: int = 0) -> numpy.ndarray:
    return numpy.random.default_rng(seed).standard_normal((count, dimension))


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
        tensor = mock.MagicMock(spec=["detach"])
        tensor.detach.return_value.cpu.return_value.numpy.return_value = rows()
        tensor.detach.return_value.cpu.return_value.dtype = "torch.float64"
        expected = gnomon.measure(rows())["h"]["rankme"]
        self.assertEqual(gnomon.measure(tensor)["h"]["rankme"], expected)
        self.assertEqual(gnomon.measure(rows().tolist())["h"]["rankme"], expected)

    def test_what_is_refused_is_the_programs_line(self) -> None:
        h = rows()
        h[3, 2] = numpy.nan
        with self.assertRaises(gnomon.GnomonError) as refused:
            gnomon.measure(h)
        self.assertNotIn("\n", str(refused.exception))
        self.assertIn("--drop-nan", str(refused.exception))
        self.assertEqual(gnomon.measure(h, drop_nan=True)["h"].n, 59)
        with self.assertRaises(ValueError):
            gnomon.measure(numpy.array([["a"]], dtype=object))

    def test_a_program_that_is_not_there_is_said(self) -> None:
        with mock.patch.dict("os.environ", {"GNOMON": "/nowhere/gnomon"}):
            with self.assertRaisesRegex(gnomon.GnomonError, "/nowhere/gnomon"):
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

    def test_a_server_shows_the_same_run(self) -> None:
        (self.folder / "config.yaml").write_text("strength: 0.5\n", "utf-8")
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
                self.check(server.read_run(runs["id"][0]))
                with self.assertRaisesRegex(gnomon.GnomonError, "run"):
                    server.read_run("../elsewhere")
            finally:
                serving.terminate()
        with self.assertRaisesRegex(gnomon.GnomonError, "http://127.0.0.1"):
            server.runs()


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
        callback = EmbeddingCallback(
            lambda module, batch: (batch, batch[:, :4]), limit=50, figures=["rankme"]
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
