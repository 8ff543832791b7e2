"""Running again: nothing to do, forced, changed input, removed files, limits, kept builds, and the messages."""

import json
import random
import re

import duckdb
import pyarrow.parquet as pq
from blake3 import blake3

from conftest import TABLES, assert_builds_are_whole, scrambled, seed_texts, snapshot


def source_paths(build):
    return sorted(build.table("articles")["source_path"].to_pylist())


def test_a_second_run_says_that_it_is_up_to_date_and_touches_nothing(project):
    project.build()
    before = snapshot(project.output)
    assert "up to date" in project.tarmim("run").stdout.lower()
    assert snapshot(project.output) == before


def test_display_settings_leave_a_build_up_to_date(project):
    project.build("--jobs", 1)
    before = snapshot(project.output)
    for arguments in (["--jobs", "2"], ["--quiet"], ["--log-format", "json"]):
        project.tarmim("run", *arguments)
        assert snapshot(project.output) == before, arguments


def test_force_builds_again_with_the_same_result(project):
    first = project.build()
    content, before = first.bytes_by_path(), snapshot(project.output)
    assert "up to date" not in project.tarmim("run", "--force").stdout.lower()
    assert snapshot(project.output) != before
    assert project.current().id == first.id
    assert project.current().bytes_by_path() == content
    assert_builds_are_whole(project)


def test_force_repairs_a_build_that_was_damaged(project):
    content = project.build().bytes_by_path()
    project.current().files("sentences")[0].write_bytes(b"PAR1")
    project.tarmim("run", "--force")
    assert project.current().bytes_by_path() == content
    assert_builds_are_whole(project)


def test_changed_input_makes_a_new_build_and_keeps_the_old(project):
    old = project.build()
    content = old.bytes_by_path()
    name = next(iter(seed_texts()))
    project.write(name, seed_texts()[name] + " كلم زايد")
    new = project.build()
    assert new.id != old.id
    assert old.bytes_by_path() == content, "readers of the old build are not disturbed"
    old_rows, new_rows = ({row["source_path"]: row for row in build.rows("articles")} for build in (old, new))
    assert new_rows[name]["content_hash"] != old_rows[name]["content_hash"]
    assert new_rows[name]["article_id"] == old_rows[name]["article_id"], "the id goes with the place, not the content"
    others = seed_texts().keys() - {name}
    assert {path: new_rows[path] for path in others} == {path: old_rows[path] for path in others}
    assert_builds_are_whole(project)


def test_going_back_to_earlier_input_gives_the_earlier_build(project):
    first = project.build()
    content = first.bytes_by_path()
    added = project.write("added.txt", scrambled(random.Random(1), 80))
    assert project.build().id != first.id
    added.unlink()
    again = project.build()
    assert again.id == first.id
    assert again.bytes_by_path() == content


def test_a_renamed_file_is_another_article(project):
    before = project.build()
    name = next(iter(seed_texts()))
    (project.input / name).rename(project.input / "renamed.txt")
    after = project.build()
    old_ids, new_ids = (set(build.table("articles")["article_id"].to_pylist()) for build in (before, after))
    assert len(new_ids - old_ids) == len(old_ids - new_ids) == 1


def test_a_deleted_file_takes_its_article_away(project):
    project.build()
    gone, *kept = sorted(seed_texts())
    (project.input / gone).unlink()
    build = project.build()
    assert source_paths(build) == kept
    for table in ("sentences", "articles"):
        assert gone not in build.table(table)["source_path"].to_pylist()
    ids = set(build.table("articles")["article_id"].to_pylist())
    assert set(build.table("keywords")["article_id"].to_pylist()) <= ids


def test_a_changed_setting_makes_a_new_build(project):
    first = project.build()
    project.configure("split", "max_tokens", 12)
    second = project.build()
    assert second.id != first.id
    assert max(row["token_count"] for row in second.rows("sentences")) <= 12
    assert max(row["token_count"] for row in first.rows("sentences")) > 12


def test_another_vocabulary_makes_a_new_build(project):
    first = project.build()
    vocabulary = project.root / "own.csv"
    vocabulary.write_text("id,label,category,variants,gloss\nx-exports,صادرات,own,,exports\n", encoding="utf-8")
    second = project.build("--vocabulary", vocabulary)
    assert second.id != first.id
    assert {row["keyword_id"] for row in second.rows("keywords")} == {"x-exports"}
    surfaces = {row["surface"] for row in second.rows("keywords")}
    assert "الصادرات" in surfaces, "a term finds its inflected forms"


def test_limit_builds_the_first_articles_only(project):
    for limit in (1, 2):
        build = project.build("--limit", limit)
        assert source_paths(build) == sorted(seed_texts())[:limit]
    assert source_paths(project.build()) == sorted(seed_texts()), "a limited build is not mistaken for the whole"


def test_limit_zero_does_not_publish_an_empty_dataset(project):
    """A typing error must not cost readers every article."""
    build = project.build()
    project.tarmim("run", "--limit", 0, expect=(2, 3))
    assert project.current().id == build.id


def test_a_limit_does_not_make_rejects_too_many(project):
    """The share of rejects is one in 34, whatever part of the articles is read."""
    for number in range(30):
        project.write(f"more/{number}.txt", scrambled(random.Random(number), 40))
    project.write("zz.pdf", b"%PDF-1.4")
    assert project.build().table("rejects").num_rows == 1
    assert len(source_paths(project.build("--limit", 2))) == 2


def test_old_builds_are_removed_when_there_are_more_than_are_kept(project):
    project.configure("dataset", "keep_builds", 2)
    ids = []
    for number in range(4):
        project.write("growing.txt", scrambled(random.Random(number), 60))
        ids.append(project.build().id)
    assert len(set(ids)) == 4
    assert {path.name for path in (project.output / "builds").iterdir()} == set(ids[-2:])


def test_the_build_survives_moving_the_output_folder(project):
    project.build()
    moved = project.root / "moved"
    project.output.rename(moved)
    assert len(duckdb.sql(f"select text from '{moved}/current/sentences/*.parquet'").fetchall()) > 3


# The manifest


def manifest(build):
    return json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))


def test_the_manifest_lists_every_file_with_its_rows_size_and_hash(seed_build):
    listed = {file["path"]: file for files in manifest(seed_build)["tables"].values() for file in files}
    content = seed_build.bytes_by_path()
    assert listed.keys() == content.keys() and listed
    for path, file in listed.items():
        assert file["rows"] == pq.read_metadata(seed_build.folder / path).num_rows
        assert file["bytes"] == len(content[path])
        assert file["blake3"] == blake3(content[path]).hexdigest()


def test_the_manifest_counts_what_the_tables_hold(seed_build):
    told = manifest(seed_build)
    articles = seed_build.rows("articles")
    assert told["build_id"] == seed_build.id
    expected = {table: seed_build.table(table).num_rows for table in TABLES} | {"inputs": len(articles), "dropped": 0}
    for name in ("token", "repaired", "unresolved"):
        expected[{"token": "tokens"}.get(name, name)] = sum(row[f"{name}_count"] for row in articles)
    assert expected.items() <= told["counts"].items()


def test_the_manifest_holds_nothing_of_the_place_it_was_made_at(seed_project, seed_build):
    """A manifest that names a person's folders cannot be published."""
    assert str(seed_project.root) not in (seed_build.folder / "manifest.json").read_text(encoding="utf-8")


# What is printed


def test_the_summary_tells_what_was_built_and_how_to_read_it(project):
    done = project.tarmim("run")
    build = project.current()
    assert build.id in done.stdout
    total = sum(row["repaired_count"] for row in build.rows("articles"))
    assert str(total) in re.sub(r"(?<=\d)[,  _](?=\d{3})", "", done.stdout), "how much was repaired"
    query = next(line for line in done.stdout.splitlines() if "sentences/*.parquet" in line)
    query = re.search(r"\b(from|select)\b.*", query, re.IGNORECASE).group().rstrip('"; ')
    query = query.replace("'output/", f"'{project.output}/")
    assert duckdb.sql(query).fetchall(), "the printed query works unchanged"


def test_the_summary_of_a_run_without_work_tells_of_none(project):
    assert "articles: 3 new" in project.tarmim("run").stdout
    assert "articles: " not in project.tarmim("run").stdout
    project.configure("split", "max_tokens", "30")
    project.build()
    project.tarmim("rollback")
    told = project.tarmim("run").stdout
    assert "rolled back" in told and "articles: " not in told


def test_rejects_are_told_in_the_summary(project):
    project.configure("dataset", "max_reject_ratio", 0.9)
    project.write("notes.pdf", b"%PDF-1.4")
    assert re.search("reject", project.tarmim("run").stdout, re.IGNORECASE)


def test_quiet_prints_nothing(project):
    done = project.tarmim("run", "--quiet")
    assert (done.stdout, done.stderr) == ("", "")
    assert project.current().table("articles").num_rows == 3


def test_global_options_go_before_or_after_the_subcommand(project):
    done = project.tarmim("--quiet", "--jobs", 1, "--config", project.config, "run")
    assert (done.stdout, done.stderr) == ("", "")
    project.tarmim("run", "--config", project.config, "--jobs", 1)


def test_json_logs_are_one_object_with_an_event_a_line(project):
    lines = project.tarmim("run", "--log-format", "json").stderr.splitlines()
    assert lines
    for line in lines:
        assert json.loads(line)["event"]


def test_standard_output_may_be_closed_early(project):
    """`tarmim run | head -0` has built all the same."""
    process = project.start("run")
    process.stdout.close()
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert project.current().table("articles").num_rows == 3
