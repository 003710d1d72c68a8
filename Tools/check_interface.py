"""The interface of gnomon serve against its own description, by schemathesis: check_interface.py GNOMON."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from check_serve import process, train

# A generated address may be longer than any that is answered.
LONG = '["400", "401", "403", "404", "405", "406", "409", "413", "414", "415", "422", "429"]'
TAKEN = '["2xx", "3xx", "401", "403", "404", "409", "413", "414", "429"]'


def main(gnomon: str) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        for number in (1, 2):
            subprocess.run(train(gnomon, folder / f"runs/{number}", "--epochs", "2", "--seed", str(number), "--keep-embeddings"),
                           check=True, stdout=subprocess.DEVNULL)
        serving = process([gnomon, "serve", str(folder / "runs"), "--port", "0", "--allow-control"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
        with serving as server:
            address = server.stdout.readline().strip().rstrip("/")
            found: list[dict] = []
            while len(found) < 2:
                with urllib.request.urlopen(address + "/api/v1/runs") as answer:
                    found = json.load(answer)["runs"]
            run = found[0]["id"]
            with urllib.request.urlopen(f"{address}/api/v1/runs/{run}/control") as answer:
                token = json.load(answer)["token"]
            settings = folder / "schemathesis.toml"
            settings.write_text(
                f'seed = 1\n[generation]\ncodec = "ascii"\n'
                f'[parameters]\n"path.run" = "{run}"\n"header.Gnomon-Token" = "{token}"\n'
                f"[checks.negative_data_rejection]\nexpected-statuses = {LONG}\n"
                f"[checks.positive_data_acceptance]\nexpected-statuses = {TAKEN}\n")
            program = Path(sys.executable).with_name("schemathesis")
            # A stream of events does not end; half of what the server takes a second.
            return subprocess.run(
                [program, "--config-file", settings, "run", address + "/api/v1/openapi.json", "--exclude-path", "/api/v1/events",
                 "--rate-limit", "100/s", "--max-examples", "20", "--warnings", "off", "--no-color"], cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
