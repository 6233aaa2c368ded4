"""Where models go on machines that we do not have."""

from __future__ import annotations

from core.model.catalogue import CATALOG
from core.model.placement import Device, Plan, blocks_on_disk, needed_bytes, plan, working_bytes
from core.model.shape import Shape

GIB = 2**30


def shape_of(key: str) -> Shape:
    shape = CATALOG[key].shape
    assert shape is not None
    return shape


SMALL, LARGE, XL = (shape_of(f"openai-community/gpt2{s}") for s in ("", "-large", "-xl"))


def test_working_memory_covers_what_one_long_text_takes():
    # GPT-2 Large, 1,024 tokens: the trace is 37 x 1024 x 1280 numbers, one pattern 20 x 1024²
    assert working_bytes(LARGE) > 4 * (37 * 1024 * 1280 + 20 * 1024**2)
    assert needed_bytes(LARGE) == 4 * LARGE.n_params + working_bytes(LARGE)


CPU = Device("cpu", 16 * GIB)


def gpu(i: int, gib: float, half: str | None = "bfloat16") -> Device:
    return Device(f"cuda:{i}", int(gib * GIB), half)


def test_the_processor_when_there_is_nothing_else():
    assert plan(SMALL, [CPU]) == Plan("float32", "cpu")


def test_the_gpu_with_most_room():
    assert plan(SMALL, [gpu(0, 2), gpu(1, 8), CPU]) == Plan("float32", "cuda:1")


def test_float32_over_two_gpus_before_half_on_one():
    made = plan(XL, [gpu(0, 6), gpu(1, 6), CPU])
    assert made is not None
    assert (made.dtype, made.device) == ("float32", "auto")
    assert made.max_memory is not None
    assert set(made.max_memory) == {0, 1}
    assert all(int(room) < 6 * GIB for room in made.max_memory.values())


def test_half_on_a_gpu_where_float32_does_not_fit():
    assert plan(XL, [gpu(0, 6), CPU]) == Plan("bfloat16", "cuda:0")
    assert plan(XL, [gpu(0, 6, "float16"), CPU]) == Plan("float16", "cuda:0")


def test_the_processor_when_the_gpu_is_too_small():
    assert plan(XL, [gpu(0, 2), CPU]) == Plan("float32", "cpu")


def test_apple():
    assert plan(SMALL, [Device("mps", 8 * GIB), Device("cpu", 8 * GIB)]) == Plan("float32", "mps")


def test_bfloat16_only_on_a_processor_that_has_it():
    room = needed_bytes(LARGE, "bfloat16")
    assert plan(LARGE, [Device("cpu", room, "bfloat16")]) == Plan("bfloat16", "cpu")
    made = plan(LARGE, [Device("cpu", room)])
    assert made is not None
    assert made.dtype == "float32"
    assert made.n_disk > 0
    assert plan(LARGE, [CPU], dtype="bfloat16") is None


def test_disk_only_when_all_else_fails():
    need = needed_bytes(LARGE)
    assert plan(LARGE, [Device("cpu", need)]) == Plan("float32", "cpu")
    made = plan(LARGE, [Device("cpu", need - 1)])
    assert made == Plan("float32", "cpu", n_disk=2)  # one too many, and one at work
    assert plan(LARGE, [Device("cpu", need - 1)], allow_disk=False) is None
    assert plan(LARGE, [Device("cpu", need - 1)], reclaimable=1) == Plan("float32", "cpu")


def test_blocks_on_disk_at_the_edges():
    block = 4 * LARGE.block_params
    fixed = needed_bytes(LARGE) - 36 * block
    assert blocks_on_disk(LARGE, fixed + block - 1) is None
    assert blocks_on_disk(LARGE, fixed + block) == 36
    assert blocks_on_disk(LARGE, fixed + 3 * block) == 34
