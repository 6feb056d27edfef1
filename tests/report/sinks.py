"""sinks.py RUN PARAMETERS: what tensorboard/ and metrics.jsonl of a run hold is what metrics.csv does, each step once.
Exit code 77 without protobuf. Descriptors of TensorBoard's messages are made here; so is CRC-32C."""

import csv
import json
import math
import struct
import sys
from pathlib import Path

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
except ImportError:
    print("SKIPPED: no protobuf for Python (python3-protobuf)")
    sys.exit(77)

NUMBER, TEXT, BYTES, MESSAGE, DOUBLE, FLOAT = "int64", "string", "bytes", "message", "double", "float"
MESSAGES = {
    "Event": [("wall_time", 1, DOUBLE), ("step", 2, NUMBER), ("file_version", 3, TEXT), ("summary", 5, "Summary"),
              ("session_log", 7, "SessionLog")],
    "SessionLog": [("status", 1, NUMBER)],
    "Summary": [("value", 1, "Value*")],
    "Value": [("tag", 1, TEXT), ("simple_value", 2, FLOAT), ("histo", 5, "Histogram"), ("tensor", 8, "Tensor"), ("metadata", 9, "Metadata")],
    "Histogram": [(name, place, DOUBLE) for place, name in enumerate(("min", "max", "num", "sum", "sum_squares"), 1)]
    + [("bucket_limit", 6, DOUBLE + "*"), ("bucket", 7, DOUBLE + "*")],
    "Tensor": [("dtype", 1, NUMBER), ("tensor_shape", 2, BYTES), ("string_val", 8, BYTES + "*")],
    "Metadata": [("plugin_data", 1, "PluginData")],
    "PluginData": [("plugin_name", 1, TEXT)],
}


def event_class():
    proto = descriptor_pb2.FileDescriptorProto(name="events.proto", package="t", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = proto.message_type.add(name=name)
        for field, number, kind in fields:
            added = message.field.add(name=field, number=number, label=3 if kind.endswith("*") else 1)
            kind = kind.rstrip("*")
            if kind in MESSAGES:
                added.type, added.type_name = added.TYPE_MESSAGE, f".t.{kind}"
            else:
                added.type = getattr(added, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(proto)
    descriptor = pool.FindMessageTypeByName("t.Event")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def crc_table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


TABLE = list(crc_table())


def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    data = path.read_bytes()
    while data:
        length, check = struct.unpack("<QI", data[:12])
        assert check == masked(data[:8]), f"{path}: a length's checksum"
        event = data[12 : 12 + length]
        assert struct.unpack("<I", data[12 + length : 16 + length])[0] == masked(event), f"{path}: an event's checksum"
        data = data[16 + length :]
        yield event


def same(text, number):
    """Whether a float is the number that a cell of the table is, as far as the cell has digits."""
    digit = 10.0 ** -len(text.partition(".")[2].partition("e")[0])
    return math.isclose(float(text), number, rel_tol=1e-6, abs_tol=0 if "e" in text else 0.51 * digit)


def read_events(run):
    """The scalars, texts and histograms by (step, tag), and the steps at which starts drop later points."""
    scalars, texts, histograms, starts, event_of = {}, {}, {}, [], event_class()
    for path in sorted((run / "tensorboard").iterdir()):
        events = [event_of.FromString(data) for data in records(path)]
        assert events[0].file_version == "brain.Event:2", path
        starts += [event.step for event in events if event.session_log.status == 1]
        for event in events:
            for value in event.summary.value:
                key = event.step, value.tag
                if value.metadata.plugin_data.plugin_name == "text":
                    texts[key] = value.tensor.string_val[0].decode()
                    continue
                assert key not in scalars and key not in histograms, f"{value.tag} of step {event.step} twice"
                if value.histo.num:
                    histograms[key] = value.histo
                else:
                    scalars[key] = value.simple_value
    return scalars, texts, histograms, starts


def check_histograms(histograms, rows, parameters):
    """Every second step has all gradients, whose norm is the table's."""
    layers = {"gradients/" + name for name in ("embedding", "blocks.0", "blocks.1", "output")}
    assert histograms.keys() == {(step, layer) for step in (2, 4, 6, 8) for layer in layers}, histograms.keys()
    for histogram in histograms.values():
        limits = list(histogram.bucket_limit)
        assert sum(histogram.bucket) == histogram.num and histogram.bucket[0] and histogram.bucket[-1]
        assert len(limits) == len(histogram.bucket) and limits == sorted(set(limits))
        assert limits[-1] >= histogram.max >= histogram.min and (len(limits) < 2 or limits[-2] <= histogram.max)
    for step in (2, 4, 6, 8):
        of_step = [histograms[step, layer] for layer in layers]
        assert sum(histogram.num for histogram in of_step) == parameters, step
        norm = math.sqrt(sum(histogram.sum_squares for histogram in of_step))
        assert math.isclose(norm, float(rows[step - 1]["gradient_norm"]), rel_tol=1e-5), (step, norm)


def check_tensorboard(run, rows, parameters):
    scalars, texts, histograms, starts = read_events(run)
    check_histograms(histograms, rows, parameters)
    expected = {(int(row["step"]), tag): text for row in rows for tag, text in row.items() if tag != "step"}
    expected = {key: value for key, value in expected.items() if not (key[1].startswith("held_out") and math.isnan(float(value)))}
    assert expected.keys() == scalars.keys(), expected.keys() ^ scalars.keys()
    for key, value in expected.items():
        assert same(value, scalars[key]), (key, value, scalars[key])
    assert starts == [5], starts
    assert "    learning_rate: " in texts[0, "config"], texts
    assert "Ada" in texts[8, "samples"], texts


def check_jsonl(run, rows):
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [int(row["step"]) for row in rows]
    for line, row in zip(lines, rows):
        finite = {tag: float(text) for tag, text in row.items() if math.isfinite(float(text))}
        assert line == finite, (line, finite)


def main():
    run = Path(sys.argv[1])
    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    check_jsonl(run, rows)
    check_tensorboard(run, rows, int(sys.argv[2]))


main()
