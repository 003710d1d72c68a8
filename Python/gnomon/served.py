"""Runs that gnomon serve shows, read over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from typing import Any

from gnomon.program import GnomonError
from gnomon.runs import Run, Table, table_of


class Server:
    """The interface of a `gnomon serve`: `Server("http://127.0.0.1:8421").runs(state="finished")`."""

    def __init__(self, address: str, token: str | None = None, timeout: float = 30) -> None:
        """`address` is the line that the server prints, with its token where it listens for other machines; or `token` is given by itself."""
        place, _, query = address.partition("?")
        self.address = place.rstrip("/")
        self.token = token or urllib.parse.parse_qs(query).get("token", [None])[0]
        self.timeout = timeout

    def runs(
        self,
        *,
        columns: Sequence[str] = (),
        text: str | None = None,
        set: str | Sequence[str] | None = None,
        state: str | None = None,
        study: str | None = None,
        tag: str | None = None,
        sort: str | None = None,
        order: str | None = None,
    ) -> Table:
        """A row a run: id, folder, name, state, step, loss, …, and `columns` (settings, or figures such as `h.rankme`).

        The others are those of the table of runs: `text` is part of a name, `set` "strength=0.5" or a list of such, `state` as the rows have it,
        `study` the id of one as the rows have it, `sort` a column and `order` "asc" or "desc".
        Raises GnomonError where the server refuses, or does not answer.
        """
        wanted = [columns] if isinstance(columns, str) else list(columns)
        filters = {"text": text, "set": set, "state": state, "study": study, "tag": tag, "sort": sort, "order": order}
        rows: list[dict[str, Any]] = []
        page, pages = 1, 1
        while page <= pages:
            found = self._get("runs", columns=",".join(wanted), page=str(page), per_page="200", **filters)
            for run in found["runs"]:
                more = run.pop("columns")
                # What every row has is not overwritten by a column that has nothing.
                rows.append(more | run | {"tags": ", ".join(run["tags"])})
            pages, page = found["pages"], page + 1
        return table_of(rows, ["id", "name", "state"])

    def read_run(self, identifier: str) -> Run:
        """What a run logged, some 2,000 steps of it at most, and all that was measured; without its summary.

        Raises GnomonError where there is no such run, or the server does not answer.
        """
        place = f"runs/{urllib.parse.quote(identifier, safe='')}"
        name = self._get(place)["run"]["name"]
        metrics = self._get(f"{place}/metrics", most="2000")["points"]
        figures = [_flat(point) for point in self._get(f"{place}/figures")["points"]]
        return Run(
            name=name,
            metrics=table_of(metrics, ["step", "epoch"]),
            figures=table_of(figures, ["step", "epoch", "layer", "n", "dimension"]),
            summary=None,
        )

    def _get(self, path: str, **parameters: str | Sequence[str] | None) -> Any:
        given = {key: text for key, text in parameters.items() if text}
        query = urllib.parse.urlencode(given, doseq=True)
        try:
            request = urllib.request.Request(f"{self.address}/api/v1/{path}" + (f"?{query}" if query else ""))
            if self.token is not None:
                request.add_header("Authorization", f"Bearer {self.token}")
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise GnomonError(_reason(error)) from None
        except (OSError, ValueError) as error:
            raise GnomonError(f"{self.address}: {error}") from None


def _flat(point: dict[str, Any]) -> dict[str, Any]:
    """A measured layer's numbers, named as `gnomon metrics --figures` names them: family.member, and figure@control."""
    flat: dict[str, Any] = {}
    for key, entry in point.items():
        if key == "controls":
            for control, figures in entry.items():
                flat |= {f"{figure}@{control}": value for figure, value in figures.items()}
        elif isinstance(entry, dict) and key != "conventions":
            flat |= {f"{key}.{member}": value for member, value in entry.items()}
        elif isinstance(entry, (int, float, str)):
            flat[key] = entry
    return flat


def _reason(error: urllib.error.HTTPError) -> str:
    """The server's own words."""
    text = error.read().decode("utf-8", "replace").strip()
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{error.url}: {text.splitlines()[0] if text else f'{error.code} {error.reason}'}"
