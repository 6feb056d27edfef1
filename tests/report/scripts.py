"""scripts.py wandb|mlflow SCRIPT RUN: runs SCRIPT with a stand-in for the package, and checks that it got the run's config
and each row of metrics.csv once. A script that follows the run sees two rows that come later, and then Ctrl-C."""

import csv
import math
import runpy
import sys
import time
import types
from pathlib import Path

import yaml

name, script, run = sys.argv[1:]
settings, rows, later = [], [], []
metrics = Path(run, "metrics.jsonl")


def add_row(data, step=None):
    """wandb: Run.log(data, step); mlflow: log_metrics(metrics, step)."""
    rows.append({"step": step, **data})


def sleep(seconds):
    """Who has read all waits; meanwhile the run goes on."""
    assert 0 < seconds <= 60
    if not later:
        raise KeyboardInterrupt
    with open(metrics, "a") as lines:
        lines.write(later.pop(0))


def wandb():
    def init(project=None, name=None, config=None):
        assert project and name == run
        settings.append(config)
        return types.SimpleNamespace(log=add_row)

    return {"init": init}


class Started:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def mlflow():
    def start_run(run_name=None):
        assert run_name == run
        return Started()

    def log_param(key, value):
        settings.append({key: value})

    return {"start_run": start_run, "log_param": log_param, "log_metrics": add_row}


def expected():
    with open(Path(run, "metrics.csv"), newline="") as table:
        for row in csv.DictReader(table):
            numbers = {key: float(text) for key, text in row.items()}
            yield {key: number for key, number in numbers.items() if math.isfinite(number)}


whole = metrics.read_text()
follows = name == "wandb"
if follows:
    lines = whole.splitlines(keepends=True)
    metrics.write_text("".join(lines[:-2]))
    later = lines[-2:]
    time.sleep = sleep
module = types.ModuleType(name)
module.__dict__.update(globals()[name]())
sys.modules[name] = module
sys.argv = [script, run]
try:
    runpy.run_path(script, run_name="__main__")
    assert not follows
except KeyboardInterrupt:
    assert follows and not later
finally:
    metrics.write_text(whole)

sent = {key: value for part in settings for key, value in part.items()}
assert sent == yaml.safe_load(Path(run, "config.yaml").read_text())
assert sent["learning_rate"] == 6e-5 and sent["epsilon"] == 1e-8 and sent["overlap"] == "on", sent
wanted = list(expected())
assert len(wanted) > 2 and rows == wanted, (rows, wanted)
print(f"{name}: the config, and {len(rows)} rows once each")
