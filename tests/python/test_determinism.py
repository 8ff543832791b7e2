"""Equal input gives equal bytes, at any number of threads and wherever the files are."""

import shutil

import pytest

from conftest import Build, Project, write_scrambled_articles

ARTICLES = 70


@pytest.fixture(scope="module")
def one_thread(tmp_path_factory):
    """A project over generated articles, some of them rejected, built by a single thread."""
    project = Project(tmp_path_factory.mktemp("determinism") / "here", with_seeds=False)
    write_scrambled_articles(project.input, ARTICLES)
    project.write("broken.txt", b"\xd8\xa7\xff\xd8\xa7")
    project.build("--jobs", 1)
    return project


def test_the_generated_articles_are_all_built(one_thread):
    """Otherwise the comparisons below could compare empty builds."""
    build = one_thread.current()
    assert build.table("articles").num_rows == ARTICLES
    assert build.table("rejects").num_rows == 1


def test_two_threads_give_the_bytes_of_one(one_thread):
    first = one_thread.current()
    one_thread.tarmim("run", "--jobs", 2, "--output", "elsewhere")
    second = Build((one_thread.root / "elsewhere" / "current").resolve(strict=True))
    assert second.id == first.id
    assert second.bytes_by_path() == first.bytes_by_path()


def test_another_folder_gives_the_same_bytes(one_thread, tmp_path):
    there = Project(tmp_path / "some" / "other place", with_seeds=False)
    shutil.copytree(one_thread.input, there.input)
    build = there.build("--jobs", 2)
    assert build.id == one_thread.current().id
    assert build.bytes_by_path() == one_thread.current().bytes_by_path()


def test_absolute_and_relative_paths_give_the_same_bytes(one_thread, tmp_path):
    """--input and --output are relative to the working directory, paths in the configuration to its file."""
    arguments = ("run", "--config", one_thread.config, "--output", "made/here", "--input")
    (tmp_path / "articles").symlink_to(one_thread.input)
    one_thread.tarmim(*arguments, "articles", cwd=tmp_path)
    build = Build((tmp_path / "made/here/current").resolve(strict=True))
    assert build.id == one_thread.current().id
    assert build.bytes_by_path() == one_thread.current().bytes_by_path()


def test_order_of_creation_does_not_matter(one_thread, tmp_path):
    """Folders list their files in any order; the program sorts them by name."""
    there = Project(tmp_path / "reversed", with_seeds=False)
    for path in sorted(one_thread.input.rglob("*.txt"), reverse=True):
        there.write(str(path.relative_to(one_thread.input)), path.read_bytes())
    assert there.build().bytes_by_path() == one_thread.current().bytes_by_path()


def test_rows_come_in_the_order_of_their_sources(one_thread):
    keys = [(row["source_path"].encode(), row["sentence_index"]) for row in one_thread.current().rows("sentences")]
    assert keys == sorted(keys)
