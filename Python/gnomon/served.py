"""Runs that gnomon serve shows, read over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from gnomon.program import GnomonError
from gnomon.runs import Run, Table, table_of


class Server:
    """The interface of a `gnomon serve`: `Server("http://127.0.0.1:8421").runs(state="finished")`."""

    def __init__(self, address: str, token: str | None = None, timeout: float = 30) -> None:
        """`token` is what the line that the server prints ends with, where it listens for other machines."""
        self.address = address.partition("?")[0].rstrip("/")
        self.token = token
        self.timeout = timeout

    def runs(self, *, columns: list[str] | tuple[str, ...] = (), **filters: str) -> Table:
        """A row a run: id, folder, name, state, step, loss, …, and `columns` (settings, or figures such as `h.rankme`).

        `filters` are those of the table of runs: `text`, `set` ("strength=0.5"), `state`, `study`, `tag`, `sort`, `order`.
        Raises GnomonError where the server refuses, or does not answer.
        """
        rows: list[dict[str, Any]] = []
        page, pages = 1, 1
        while page <= pages:
            found = self._get("runs", columns=",".join(columns), page=str(page), per_page="200", **filters)
            for run in found["runs"]:
                more = run.pop("columns")
                rows.append(run | {"tags": ", ".join(run["tags"])} | more)
            pages, page = found["pages"], page + 1
        return table_of(rows, ["id", "name", "state"])

    def read_run(self, identifier: str) -> Run:
        """What a run logged, some 2,000 steps of it at most, and all that was measured; without its summary.

        Raises GnomonError where there is no such run, or the server does not answer.
        """
        place = f"runs/{urllib.parse.quote(identifier, safe='')}"
        name = self._get(place)["run"]["name"]
        metrics = self._get(f"{place}/metrics", most="2000")["points"]
        figures = [
            {key: entry for key, entry in point.items() if isinstance(entry, (int, float, str))}
            for point in self._get(f"{place}/figures")["points"]
        ]
        return Run(
            name=name,
            metrics=table_of(metrics, ["step", "epoch"]),
            figures=table_of(figures, ["step", "epoch", "layer", "n", "dimension"]),
            summary=None,
        )

    def _get(self, path: str, **parameters: str) -> Any:
        query = urllib.parse.urlencode({key: text for key, text in parameters.items() if text})
        request = urllib.request.Request(f"{self.address}/api/v1/{path}" + (f"?{query}" if query else ""))
        if self.token is not None:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise GnomonError(_reason(error)) from None
        except (OSError, ValueError) as error:
            raise GnomonError(f"{self.address}: {error}") from None


def _reason(error: urllib.error.HTTPError) -> str:
    """The server's own words."""
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{error.url}: {error.code} {error.reason}"
