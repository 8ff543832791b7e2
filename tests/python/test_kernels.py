"""The encoder's kernels, compared in whole builds: every byte is the same, whatever the processor can do."""

import pytest

from conftest import REPOSITORY, Project, seed_texts
from scorer import read_benchmark, write_input

# What each kernel needs.
KERNELS = {"vnni": "AVX-512 VNNI", "gemm": "nothing", "portable": "nothing"}


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """The shipped articles, five of the accuracy set, and the gold of another five with its letters merged."""
    folder = tmp_path_factory.mktemp("kernels") / "articles"
    records = read_benchmark(REPOSITORY / "tests" / "data" / "accuracy" / "alkhaleej.jsonl")
    write_input(records[:5], folder)
    for name, text in seed_texts().items():
        (folder / name).write_text(text, encoding="utf-8")
    for record in records[5:10]:
        merged = " ".join(record["gold"]).translate(str.maketrans("أإآىة", "ااايه"))
        (folder / f"merged-{record['id']}.txt").write_text(merged, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def reference(damaged, tmp_path_factory):
    """The build of the program as users run it, which takes the fastest kernel."""
    project = Project(tmp_path_factory.mktemp("reference") / "project", with_seeds=False)
    return project.build("--input", damaged)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_build_has_the_same_bytes_with_every_kernel(failpoints, empty_project, damaged, reference, kernel):
    if kernel not in failpoints.kernels():
        pytest.skip(f"not run: this processor lacks {KERNELS[kernel]}; it runs the kernels {', '.join(failpoints.kernels())}")
    failpoints.with_kernel(empty_project, kernel, "run", "--input", damaged)
    build = empty_project.current()
    assert build.id == reference.id
    assert build.bytes_by_path() == reference.bytes_by_path()


def test_the_program_names_the_kernels_that_are_tested_here(failpoints):
    """A kernel that is new must be added above."""
    assert set(failpoints.kernels()) <= KERNELS.keys()
    assert {"gemm", "portable"} <= set(failpoints.kernels())
