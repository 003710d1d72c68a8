"""Sends a run of gnomon train to Weights & Biases: to_wandb.py RUN [PROJECT]. It needs wandb and gnomon in PATH."""

import json
import subprocess
import sys
from pathlib import Path

import wandb


def rows(run, *options):
    command = ["gnomon", "metrics", str(run), "--format", "jsonl", *options]
    printed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    return [json.loads(line) for line in printed.splitlines()]


run = Path(sys.argv[1]).resolve()
by_step = {row["step"]: {f"train/{key}": row[key] for key in row} for row in rows(run)}
for row in rows(run, "--figures"):
    layer, step = row.pop("layer"), row["step"]
    by_step.setdefault(step, {}).update({f"{key}/{layer}": row[key] for key in row})

with wandb.init(project=sys.argv[2] if len(sys.argv) > 2 else "gnomon", name=run.name) as tracked:
    for step in sorted(by_step):
        tracked.log(by_step[step], step=step)
